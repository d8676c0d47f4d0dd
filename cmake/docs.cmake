# SPDX-License-Identifier: MIT
# The documentation is compiled, and what can run by itself runs.
# A cpp block with an `int main` is a program and a test. Any other is a fragment: compiled inside a function that uses weft.

include(markdown)
set(docs_folder ${PROJECT_BINARY_DIR}/docs)

# as_source(<block> <file> <line> <out>): what to compile for a block of a file; its #include lines move to the top.
function(as_source block file line out)
  if(block MATCHES "int main")
    set(${out} "#line ${line} \"${file}\"\n${block}" PARENT_SCOPE)
    return()
  endif()
  string(REGEX MATCHALL "#include [^\n]*" includes "${block}")
  list(JOIN includes "\n" includes)
  string(REGEX REPLACE "#include [^\n]*" "" block "${block}")
  string(CONCAT source
    "#include <weft/weft.hpp>\n#include <chrono>\n${includes}\n"
    "using namespace weft;\nusing namespace std::chrono_literals;\n"
    "void fragment() {\n#line ${line} \"${file}\"\n${block}}\n")
  set(${out} "${source}" PARENT_SCOPE)
endfunction()

# write_changed(<path> <text>): leaves the file, and so what is built from it, alone when nothing changed.
function(write_changed path text)
  set(old "")
  if(EXISTS ${path})
    file(READ ${path} old)
  endif()
  if(NOT old STREQUAL text)
    file(WRITE ${path} "${text}")
  endif()
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  return()
endif()

file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/docs/*.md)
if(NOT WEFT_NANOMSG)
  list(FILTER pages EXCLUDE REGEX "/nanomsg\\.md$")
endif()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${pages})
foreach(page IN LISTS pages)
  cmake_path(GET page STEM stem)
  file(READ ${page} text)
  markdown_blocks("${text}" cpp block)
  foreach(n IN LISTS block)
    as_source("${block_${n}}" ${page} ${block_${n}_line} source)
    set(path ${docs_folder}/${stem}_${n}.cpp)
    write_changed(${path} "${source}")
    if(block_${n} MATCHES "int main")
      add_executable(docs_${stem}_${n} ${path})
      target_link_libraries(docs_${stem}_${n} PRIVATE weft::weft Threads::Threads)
      if(stem STREQUAL nanomsg)
        target_link_libraries(docs_${stem}_${n} PRIVATE weft_nanomsg)
      endif()
      target_compile_options(docs_${stem}_${n} PRIVATE -w)
      add_test(NAME docs.${stem}/line_${block_${n}_line} COMMAND docs_${stem}_${n})
      set_tests_properties(docs.${stem}/line_${block_${n}_line} PROPERTIES TIMEOUT 60 LABELS docs
                           SKIP_REGULAR_EXPRESSION "SKIPPED: ")
    else()
      list(APPEND fragments ${path})
    endif()
  endforeach()
endforeach()
if(fragments)
  add_library(docs_fragments OBJECT ${fragments})
  target_link_libraries(docs_fragments PRIVATE weft::weft)
  target_compile_options(docs_fragments PRIVATE -w)
endif()

add_test(NAME docs.README/sh_blocks COMMAND ${CMAKE_COMMAND} -P ${PROJECT_SOURCE_DIR}/cmake/run_sh_blocks.cmake)
add_test(NAME hygiene.docs/blocks_are_read_as_written
         COMMAND ${CMAKE_COMMAND} -P ${PROJECT_SOURCE_DIR}/tests/hygiene/markdown_test.cmake)
set_tests_properties(docs.README/sh_blocks PROPERTIES TIMEOUT 60 LABELS docs SKIP_REGULAR_EXPRESSION "SKIPPED: ")
set_tests_properties(hygiene.docs/blocks_are_read_as_written PROPERTIES TIMEOUT 60 LABELS hygiene)
