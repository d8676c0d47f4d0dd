# SPDX-License-Identifier: MIT
# Warnings for our own code; they are errors unless weft is built inside another project.

add_compile_options(-Wall -Wextra -Wshadow -Wconversion)
set(CMAKE_COMPILE_WARNING_AS_ERROR ${PROJECT_IS_TOP_LEVEL})

if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # g++ 12 sees overlaps, and at -O3 overruns, inside its own std::string.
  add_compile_options(-Wno-restrict -Wno-error=array-bounds -Wno-error=stringop-overflow
                      -Wno-error=stringop-overread)
  if(WEFT_SANITIZE)
    # Instrumented code confuses the flow analysis, and fences are announced, not wrong.
    add_compile_options(-Wno-maybe-uninitialized -Wno-error=tsan)
  endif()
endif()
