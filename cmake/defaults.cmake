# SPDX-License-Identifier: MIT
# How everything of ours is compiled, and where it lands.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

# Debian's libfabric takes 0.2 s to load: only programs that call it shall.
add_link_options(LINKER:--as-needed)

# The sloppiness is what ccache asks for to work with the tests' precompiled header.
find_program(WEFT_CCACHE ccache)
if(WEFT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros ${WEFT_CCACHE})
endif()

if(WEFT_SANITIZE)
  add_compile_options(-fsanitize=${WEFT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${WEFT_SANITIZE})
endif()

# Objects that can be linked either way: what is whole takes some ten seconds more to link, and the many programs of the
# tests take the code as it is.
if(WEFT_LTO)
  add_link_options(-fno-lto)
endif()

# weft_whole_program(<target>...): optimised across files, the library's and its own.
function(weft_whole_program)
  if(WEFT_LTO)
    set_property(GLOBAL APPEND PROPERTY weft_whole_programs ${ARGN})
    foreach(target IN LISTS ARGN)
      target_compile_options(${target} PRIVATE -flto=auto -ffat-lto-objects)
      # Not -flto=auto alone: that does not undo -fno-lto. GCC 12 then sees overflows in std::string and std::vector.
      target_link_options(${target} PRIVATE -flto -flto=auto -Wno-stringop-overread -Wno-stringop-overflow
                                            -Wno-free-nonheap-object)
    endforeach()
  endif()
endfunction()
