# SPDX-License-Identifier: MIT
# Runs the commands in the README's sh blocks that are safe anywhere, and lists the others.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/markdown.cmake)
set(root ${CMAKE_CURRENT_LIST_DIR}/..)
if(NOT EXISTS ${root}/README.md)
  message(STATUS "SKIPPED: there is no README.md")
  return()
endif()

file(READ ${root}/README.md readme)
markdown_blocks("${readme}" sh block)
foreach(n IN LISTS block)
  string(STRIP "${block_${n}}" command)
  if(command STREQUAL "./dev help")
    execute_process(COMMAND ./dev help WORKING_DIRECTORY ${root} COMMAND_ERROR_IS_FATAL ANY)
  else()
    message(STATUS "not run, README.md line ${block_${n}_line}:\n${command}")
  endif()
endforeach()
