# SPDX-License-Identifier: MIT
# make install, and find_package(weft) for those who use it.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/weft)

install(DIRECTORY include/weft DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS weft EXPORT weft)
if(TARGET weft_nanomsg)
  install(TARGETS weft_nanomsg)
endif()
if(tools)
  install(TARGETS ${tools})
endif()
install(EXPORT weft NAMESPACE weft:: FILE weftTargets.cmake DESTINATION ${package})

configure_package_config_file(cmake/weftConfig.cmake.in weftConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(weftConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/weftConfig.cmake ${PROJECT_BINARY_DIR}/weftConfigVersion.cmake
        DESTINATION ${package})
