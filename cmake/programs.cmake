# SPDX-License-Identifier: MIT
# Tools, examples and performance programs: one program per file, in bin/.

# weft_programs(<folder> [PATTERN <glob>] [ALSO <source>...] [LINKS <target>...] [OUT <list of targets>])
# A program is named after its file.
function(weft_programs folder)
  cmake_parse_arguments(PARSE_ARGV 1 program "" "PATTERN;OUT" "ALSO;LINKS")
  if(NOT program_PATTERN)
    set(program_PATTERN *.cpp)
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/${program_PATTERN})
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM name)
    add_executable(${name} ${source} ${program_ALSO})
    target_link_libraries(${name} PRIVATE ${program_LINKS} Threads::Threads)
    list(APPEND names ${name})
  endforeach()
  if(program_OUT)
    set(${program_OUT} ${names} PARENT_SCOPE)
  endif()
endfunction()

if(WEFT_TOOLS OR WEFT_PERF)
  find_package(CLI11 REQUIRED)
endif()

if(WEFT_TOOLS)
  find_package(Boost 1.81 REQUIRED COMPONENTS json)
  weft_programs(src/tools LINKS weft::weft CLI11::CLI11 Boost::json OUT tools)
  foreach(tool IN LISTS tools)
    string(REPLACE _ - dashed ${tool})
    set_target_properties(${tool} PROPERTIES OUTPUT_NAME ${dashed})
  endforeach()
endif()

# Each example runs to its end by itself: that is its test.
if(WEFT_EXAMPLES)
  weft_programs(examples PATTERN "[0-9][0-9]_*.cpp" LINKS weft::weft OUT examples)
  foreach(example IN LISTS examples)
    add_test(NAME examples.${example} COMMAND ${example})
    set_tests_properties(examples.${example} PROPERTIES TIMEOUT 60 LABELS examples SKIP_REGULAR_EXPRESSION "SKIPPED: ")
  endforeach()
endif()

if(WEFT_PERF)
  weft_programs(perf LINKS weft::weft CLI11::CLI11)
  include(perf_baselines)
endif()
