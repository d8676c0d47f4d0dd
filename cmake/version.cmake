# SPDX-License-Identifier: MIT
# The version, from the one place that says it: include/weft/version.hpp. Sets weft_version.

file(READ ${CMAKE_CURRENT_SOURCE_DIR}/include/weft/version.hpp text)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/include/weft/version.hpp)
foreach(part IN ITEMS major minor patch)
  if(NOT text MATCHES "int ${part} = ([0-9]+);")
    message(FATAL_ERROR "include/weft/version.hpp has no ${part}")
  endif()
  list(APPEND weft_version ${CMAKE_MATCH_1})
endforeach()
list(JOIN weft_version . weft_version)
if(NOT text MATCHES "text = \"${weft_version}\"")
  message(FATAL_ERROR "include/weft/version.hpp: the text is not ${weft_version}")
endif()
