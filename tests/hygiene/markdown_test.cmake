# SPDX-License-Identifier: MIT
# How the blocks of a page are told apart, and that a fence which would go unread is an error.

cmake_minimum_required(VERSION 3.25)
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR}/../../cmake)
include(markdown)
include(docs)

function(expect actual wanted)
  if(NOT actual STREQUAL wanted)
    message(SEND_ERROR "got:\n${actual}\nwanted:\n${wanted}")
  endif()
endfunction()

set(page "# Page\n\n```cpp\nint main() { int a[] = {1; 2}; }\n```\ntext\n```sh\n./dev help\n```\n```cpp\n#include <map>\nf();\n```\n")

markdown_blocks("${page}" cpp block)
expect("${block}" "1;2")
expect("${block_1}" "int main() { int a[] = {1; 2}; }\n")
expect("${block_1_line}" 4)
expect("${block_2_line}" 11)

as_source("${block_1}" p.md 4 program)
expect("${program}" "#line 4 \"p.md\"\nint main() { int a[] = {1; 2}; }\n")
as_source("${block_2}" p.md 11 fragment)
expect("${fragment}" "#include <weft/weft.hpp>\n#include <chrono>\n#include <map>\n\
using namespace weft;\nusing namespace std::chrono_literals;\n\
void fragment() {\n#line 11 \"p.md\"\n\nf();\n}\n")

# C is not taken for C++, nor C++ for C.
markdown_blocks("# Page\n\n```c\nint main(void) { return 0; }\n```\n```c\nf();\n```\n```cpp\ng();\n```\n" c block)
expect("${block}" "1;2")
as_c_source("${block_1}" p.md 4 program)
set(headers "#include <weft/c/weft.h>\n#include <stdio.h>\n")
expect("${program}" "${headers}#line 4 \"p.md\"\nint main(void) { return 0; }\n")
as_c_source("${block_2}" p.md 7 fragment)
expect("${fragment}" "${headers}void fragment(void);\nvoid fragment(void) {\n#line 7 \"p.md\"\nf();\n}\n")

markdown_blocks("${page}" sh block)
expect("${block_1}" "./dev help\n")

# A fence that is indented is an error; so is one that never ends. Each runs apart, for an error ends a script.
foreach(bad IN ITEMS " ```cpp\\nf();\\n```\\n" "```cpp\\nf();\\n")
  set(script ${CMAKE_CURRENT_BINARY_DIR}/bad_page.cmake)
  file(WRITE ${script} "include(${CMAKE_CURRENT_LIST_DIR}/../../cmake/markdown.cmake)\nmarkdown_blocks(\"${bad}\" cpp block)\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -P ${script} RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
  if(NOT failed)
    message(SEND_ERROR "not caught: ${bad}")
  endif()
endforeach()
