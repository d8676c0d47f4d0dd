# SPDX-License-Identifier: MIT
# Registers every test case of a Boost.Test program with ctest, so that ctest counts cases and not programs.
#
# discover_boost_tests(<target> ROOM <room> [PROPERTIES <name> <value>...])
# After each link the program lists its cases, and this same file, run as a script, turns the list into add_test() lines.
# A case that cannot run here prints "SKIPPED: why".

function(discover_boost_tests target)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "ROOM" "PROPERTIES")
  set(tests ${CMAKE_CURRENT_BINARY_DIR}/${target}_tests.cmake)
  set(include ${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake)
  add_custom_command(TARGET ${target} POST_BUILD BYPRODUCTS ${tests} VERBATIM
    COMMAND ${CMAKE_COMMAND} -D program=$<TARGET_FILE:${target}> -D room=${test_ROOM} "-D properties=${test_PROPERTIES}"
            -D output=${tests} -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE})
  file(WRITE ${include} "if(EXISTS \"${tests}\")\n  include(\"${tests}\")\n"
                        "else()\n  add_test(${test_ROOM}.not_built ${target})\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${include})
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE)
  return()
endif()

set(ENV{ASAN_OPTIONS} detect_leaks=0)
execute_process(COMMAND ${program} --list_content RESULT_VARIABLE failed OUTPUT_VARIABLE ignored ERROR_VARIABLE listing)
if(failed)
  message(FATAL_ERROR "${program} --list_content: ${failed}\n${listing}")
endif()

# A line is "    name*: description"; the star says enabled, and what a suite holds stands four columns further in.
string(REGEX REPLACE ": [^\n]*" "" listing "${listing}")
string(REGEX MATCHALL "[^\n]+" lines "${listing}")
list(APPEND lines end)
set(content "# Generated from ${program}\n")
foreach(next IN LISTS lines)
  string(REGEX REPLACE "[^ ].*" "" next_indent "${next}")
  string(LENGTH "${next_indent}" next_indent)
  if(DEFINED line AND NOT next_indent GREATER indent)  # else a suite
    string(APPEND content
      "add_test([==[${room}.${path_${indent}}]==] [==[${program}]==] [==[--run_test=${path_${indent}}]==]\n"
      "  --log_level=message --color_output=no --catch_system_errors=no)\n"
      "set_tests_properties([==[${room}.${path_${indent}}]==] PROPERTIES TIMEOUT 60 LABELS ${room} DISABLED ${disabled}\n"
      "  SKIP_REGULAR_EXPRESSION \"SKIPPED: \" ${properties})\n")
  endif()
  set(line "${next}")
  set(indent ${next_indent})
  string(REGEX REPLACE "^ *(.*[^ *])[ *]?$" "\\1" path_${indent} "${line}")
  if(indent GREATER 0)
    math(EXPR parent "${indent} - 4")
    string(PREPEND path_${indent} "${path_${parent}}/")
  endif()
  string(REGEX MATCH " $" disabled "${line}")
  string(COMPARE EQUAL "${disabled}" " " disabled)
endforeach()
file(WRITE ${output} "${content}")
