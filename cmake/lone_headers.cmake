# SPDX-License-Identifier: MIT
# Compiles every public header alone, and twice: it must bring what it uses, and be its own guard.

set(lone_folder ${PROJECT_BINARY_DIR}/lone_headers)

# lone_header(<header> <source>): writes the file that includes the header alone, twice.
function(lone_header header source)
  file(CONFIGURE OUTPUT ${source} CONTENT "#include <${header}>\n#include <${header}>\n" @ONLY)
endfunction()

file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/include/weft/*.hpp)
if(NOT WEFT_FABRIC)
  list(FILTER headers EXCLUDE REGEX "^weft/fabric/")
endif()
if(NOT opentelemetry)
  list(FILTER headers EXCLUDE REGEX "^weft/fabric/opentelemetry.hpp$")
endif()
foreach(header IN LISTS headers)
  lone_header(${header} ${lone_folder}/${header}.cpp)
  list(APPEND lone_sources ${lone_folder}/${header}.cpp)
endforeach()
add_library(lone_headers OBJECT ${lone_sources})
target_include_directories(lone_headers PRIVATE ${PROJECT_SOURCE_DIR}/include)

# The C API's, in both languages.
if(WEFT_C)
  file(GLOB c_headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/include/weft/c/*.h)
  foreach(header IN LISTS c_headers)
    lone_header(${header} ${lone_folder}/${header}.c)
    lone_header(${header} ${lone_folder}/${header}.cpp)
    list(APPEND lone_c_sources ${lone_folder}/${header}.c ${lone_folder}/${header}.cpp)
  endforeach()
  add_library(lone_c_headers OBJECT ${lone_c_sources})
  target_include_directories(lone_c_headers PRIVATE ${PROJECT_SOURCE_DIR}/include)
  target_compile_options(lone_c_headers PRIVATE -pedantic-errors $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>)
endif()

# The check can fail: catches(<what> <header text> <error>) compiles such a header, alone and twice, and waits for the error.
function(catches what text error)
  file(CONFIGURE OUTPUT ${lone_folder}/bad/${what}.hpp CONTENT "${text}\n" @ONLY)
  lone_header(${what}.hpp ${lone_folder}/bad/${what}.cpp)
  set(name hygiene.lone_headers/catches_${what})
  add_test(NAME ${name}
           COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -I ${lone_folder}/bad ${lone_folder}/bad/${what}.cpp)
  set_tests_properties(${name} PROPERTIES PASS_REGULAR_EXPRESSION "${error}" TIMEOUT 60 LABELS hygiene)
endfunction()

catches(a_header_that_leans_on_another "#pragma once\nstd::string name();" "error: [^\n]*std")
catches(a_header_without_a_guard "struct peer {};" "error: redefinition")
