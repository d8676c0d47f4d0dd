# SPDX-License-Identifier: MIT
# libnanomsg.so.5: nanomsg's library, served by weft. Whole in itself, so that a program needs nothing else.

file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/c/nanomsg/*.cpp)
add_library(weft_nanomsg SHARED ${sources})
target_include_directories(weft_nanomsg INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include/weft/c>
                                                  $<INSTALL_INTERFACE:include/weft/c>)
target_link_libraries(weft_nanomsg PRIVATE weft_open Threads::Threads)
set(exported ${PROJECT_SOURCE_DIR}/src/c/nanomsg/exported.map)
target_link_options(weft_nanomsg PRIVATE LINKER:--version-script=${exported})
set_target_properties(weft_nanomsg PROPERTIES OUTPUT_NAME nanomsg VERSION 5.1.0 SOVERSION 5 CXX_VISIBILITY_PRESET default
                                                 LINK_DEPENDS ${exported})
weft_whole_program(weft_nanomsg)
