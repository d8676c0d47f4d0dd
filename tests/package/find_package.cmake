# SPDX-License-Identifier: MIT
# A project outside this one finds weft, with its components, and works with it.

include(${CMAKE_CURRENT_LIST_DIR}/check.cmake)
fresh(${work})
set(configure ${CMAKE_COMMAND} -G Ninja -S ${CMAKE_CURRENT_LIST_DIR}/outside -B ${work}
    -Dcomponents=${components} -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${compiler} -Dweft_USE_STATIC_LIBS=${static})
run(${configure})
run(${CMAKE_COMMAND} --build ${work})
string(REPLACE , ";" components ${components})
foreach(component IN LISTS components)
  run(${work}/use_${component} ${version})
endforeach()
run(ldd ${work}/use_core)
if(static)
  expect_none("${out}" "libweft")
else()
  expect("${out}" "${prefix}/${libdir}/libweft\\.so\\.[0-9]+ ")
  # What is not there yet is asked for in vain, and says so.
  execute_process(COMMAND ${configure} -Dcomponents=core,messenger ERROR_VARIABLE err OUTPUT_QUIET RESULT_VARIABLE status)
  expect("${status}" "[^0]")
  expect("${err}" "weft's component messenger: this build has no such component")
  execute_process(COMMAND ${configure} -Dwanted=99 ERROR_VARIABLE err OUTPUT_QUIET)
  expect("${err}" "requested version \"99\"")
endif()
