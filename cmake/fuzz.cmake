# SPDX-License-Identifier: MIT
# A libFuzzer program for each tests/fuzz/**/<name>_fuzz.cpp, in bin/fuzz_<name>. Needs clang++; ./dev fuzz runs them.

file(GLOB_RECURSE targets CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/fuzz/*_fuzz.cpp)
foreach(target IN LISTS targets)
  cmake_path(GET target STEM name)
  string(REGEX REPLACE "_fuzz$" "" name ${name})
  add_executable(fuzz_${name} ${target} ${PROJECT_SOURCE_DIR}/tests/fuzz/fuzz.cpp
                              ${PROJECT_SOURCE_DIR}/tests/fuzz/libfuzzer_main.cpp)
  foreach(folder IN ITEMS include src protocols transports tests)
    target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/${folder})
  endforeach()
  target_link_libraries(fuzz_${name} PRIVATE weft_open Threads::Threads)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endforeach()
