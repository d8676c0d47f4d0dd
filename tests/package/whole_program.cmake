# SPDX-License-Identifier: MIT
# What shall be optimised across files is: GCC marks what it has made local to the whole. A link may well leave it at the
# code of each file, and say nothing.

include(${CMAKE_CURRENT_LIST_DIR}/check.cmake)
foreach(file IN LISTS files)
  run(nm ${file})
  if(NOT out MATCHES "\\.lto_priv\\.")
    message(FATAL_ERROR "${file} is not optimised across files")
  endif()
endforeach()
