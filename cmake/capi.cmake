# SPDX-License-Identifier: MIT
# libweft-c.so: weft for C. Whole in itself, like libnanomsg.so.5; programs and bindings need nothing else.

enable_language(C)
set(CMAKE_C_STANDARD 99)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)

file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/c/weft/*.cpp)
add_library(weft_c SHARED ${sources})
add_library(weft::c ALIAS weft_c)
target_include_directories(weft_c PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
target_link_libraries(weft_c PRIVATE weft_open Threads::Threads)
set(exported ${PROJECT_SOURCE_DIR}/src/c/weft/exported.map)
target_link_options(weft_c PRIVATE LINKER:--version-script=${exported})
set_target_properties(weft_c PROPERTIES OUTPUT_NAME weft-c EXPORT_NAME c VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
                                           CXX_VISIBILITY_PRESET default LINK_DEPENDS ${exported})
weft_whole_program(weft_c)
