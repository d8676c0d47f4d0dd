# SPDX-License-Identifier: MIT
# What the scripts here have in common.

cmake_minimum_required(VERSION 3.25)

# run(<command>...): must succeed. Sets `out` to what it printed.
macro(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE out ERROR_VARIABLE err RESULT_VARIABLE status
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT status EQUAL 0)
    string(JOIN " " line ${ARGN})
    message(FATAL_ERROR "${line}: ${status}\n${out}\n${err}")
  endif()
endmacro()

# expect(<text> <regular expression>)
function(expect text pattern)
  if(NOT text MATCHES "${pattern}")
    message(FATAL_ERROR "no \"${pattern}\" in:\n${text}")
  endif()
endfunction()

# expect_none(<text> <regular expression>)
function(expect_none text pattern)
  if(text MATCHES "${pattern}")
    message(FATAL_ERROR "\"${CMAKE_MATCH_0}\" in:\n${text}")
  endif()
endfunction()

function(fresh folder)
  file(REMOVE_RECURSE ${folder})
  file(MAKE_DIRECTORY ${folder})
endfunction()
