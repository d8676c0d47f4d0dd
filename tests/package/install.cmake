# SPDX-License-Identifier: MIT
# All components go where they belong, and the tools run from there.

include(${CMAKE_CURRENT_LIST_DIR}/check.cmake)
fresh(${prefix})
run(${CMAKE_COMMAND} --install ${build} --prefix ${prefix} --strip)
foreach(tool IN ITEMS weftcat weft-info weft-device)
  run(${prefix}/bin/${tool} --version)
  expect("${out}" "^${version}$")
  foreach(file IN ITEMS share/man/man1/${tool}.1 share/bash-completion/completions/${tool})
    if(NOT EXISTS ${prefix}/${file})
      message(FATAL_ERROR "no ${file}")
    endif()
  endforeach()
endforeach()
run(${prefix}/libexec/weft/nn_bus --bind inproc://a --connect inproc://a --data hello --ascii --count 1)
expect("${out}" "^hello$")

# Nothing is where somebody else's nanomsg may be.
file(GLOB_RECURSE installed RELATIVE ${prefix} ${prefix}/*)
expect("${installed}" "${libdir}/weft/libnanomsg\\.so\\.5;")
expect_none("${installed};" "(bin/n[^;]*|${libdir}/libnanomsg[^;]*|include/nanomsg[^;]*);")
