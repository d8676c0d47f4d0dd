# SPDX-License-Identifier: MIT
# A compiler that is told by pkg-config alone builds a program, with the shared library and with the static one.

include(${CMAKE_CURRENT_LIST_DIR}/check.cmake)
fresh(${work})
set(ENV{PKG_CONFIG_PATH} ${prefix}/${libdir}/pkgconfig)
set(outside ${CMAKE_CURRENT_LIST_DIR}/outside)

# asks(<out> <argument>...)
macro(asks name)
  run(pkg-config ${ARGN})
  separate_arguments(${name} UNIX_COMMAND "${out}")
endmacro()

asks(weft_version --modversion weft)
expect("${weft_version}" "^${version}$")
asks(cflags --cflags weft)
run(${compiler} -std=c++20 ${cflags} -c ${outside}/use_core.cpp -o ${work}/use_core.o)
asks(libs --libs weft)
expect_none("${libs}" "fabric|ssl")
run(${compiler} ${work}/use_core.o ${libs} -Wl,-rpath,${prefix}/${libdir} -o ${work}/shared)
run(${work}/shared ${version})
asks(libs --static --libs weft)
list(TRANSFORM libs REPLACE "^-lweft$" "-l:libweft.a")
run(${compiler} ${work}/use_core.o ${libs} -o ${work}/static)
run(${work}/static ${version})
run(ldd ${work}/static)
expect_none("${out}" "libweft")

asks(nanomsg --cflags --libs weft-nanomsg)
run(${compiler} ${outside}/use_nanomsg.cpp ${nanomsg} -o ${work}/nanomsg)
run(${work}/nanomsg)
run(ldd ${work}/nanomsg)
expect("${out}" "${libdir}/weft/libnanomsg\\.so\\.5 ")
