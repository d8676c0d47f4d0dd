# SPDX-License-Identifier: MIT
# What weft is measured against: bare libfabric (perf/raw) and the other libraries (perf/compare).

if(WEFT_FABRIC)
  file(GLOB fabric_raw CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/perf/raw/fabric_raw.cpp)
  weft_programs(perf/raw PATTERN raw_*.cpp ALSO ${fabric_raw} LINKS PkgConfig::libfabric CLI11::CLI11)
  weft_programs(perf/fabric LINKS weft::weft PkgConfig::libfabric CLI11::CLI11)
endif()

find_package(PkgConfig REQUIRED)
find_package(nng QUIET)
pkg_check_modules(nanomsg QUIET IMPORTED_TARGET nanomsg)
pkg_check_modules(libzmq QUIET IMPORTED_TARGET libzmq)

# weft_peer(<name> <target>): the programs perf/compare/*_<name>.cpp, when their library is there.
function(weft_peer name target)
  if(TARGET ${target})
    weft_programs(perf/compare PATTERN *_${name}.cpp LINKS ${target} CLI11::CLI11)
  else()
    message(STATUS "perf/compare: ${name} is not installed, so it is left out of the comparison")
  endif()
endfunction()

weft_peer(nng nng::nng)
weft_peer(nanomsg PkgConfig::nanomsg)
weft_peer(zmq PkgConfig::libzmq)

# The program for nanomsg again, with weft's library in its place; and both as plainly as nanomsg's own tools go about it.
function(weft_nanomsg_peer name library)
  add_executable(${name} ${PROJECT_SOURCE_DIR}/perf/compare/peer_nanomsg.cpp)
  target_link_libraries(${name} PRIVATE ${library} CLI11::CLI11 Threads::Threads)
  target_compile_definitions(${name} PRIVATE ${ARGN})
endfunction()
if(TARGET weft_nanomsg)
  weft_nanomsg_peer(peer_weft_nanomsg weft_nanomsg)
  weft_nanomsg_peer(peer_weft_nanomsg_plain weft_nanomsg NANOMSG_PLAIN)
endif()
if(TARGET PkgConfig::nanomsg)
  weft_nanomsg_peer(peer_nanomsg_plain PkgConfig::nanomsg NANOMSG_PLAIN)
endif()
