# SPDX-License-Identifier: MIT
# cmake --install, in parts: lib, dev, tools, nanomsg. find_package(weft), pkg-config and packages for those who use it.

# Where Debian's compilers, loaders and pkg-config look below any prefix, packages included.
if(NOT DEFINED CMAKE_INSTALL_LIBDIR AND CMAKE_LIBRARY_ARCHITECTURE AND EXISTS /etc/debian_version)
  set(CMAKE_INSTALL_LIBDIR lib/${CMAKE_LIBRARY_ARCHITECTURE} CACHE PATH "Libraries, below the prefix")
endif()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/weft)
set(pkgconfig ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
# nanomsg's own library may be there too: ours has a folder of its own.
set(drop_in ${CMAKE_INSTALL_LIBDIR}/weft)

# installs_library(<target> <component> <component of what only a compiler needs> <folder> <set of exports>)
function(installs_library target component development folder exports)
  install(TARGETS ${target} EXPORT ${exports}
          LIBRARY DESTINATION ${folder} COMPONENT ${component} NAMELINK_COMPONENT ${development}
          ARCHIVE DESTINATION ${folder} COMPONENT ${development})
endfunction()

# exports_targets(<set of exports> <component>)
function(exports_targets exports component)
  install(EXPORT ${exports} NAMESPACE weft:: FILE ${exports}Targets.cmake DESTINATION ${package} COMPONENT ${component})
endfunction()

# pkg_config(<name> <component>): cmake/<name>.pc.in, which finds its prefix from where it stands.
file(RELATIVE_PATH to_prefix /${pkgconfig} /)
string(REGEX REPLACE "/$" "" to_prefix "${to_prefix}")
function(pkg_config name component)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${pkgconfig} COMPONENT ${component})
endfunction()

if(NOT BUILD_SHARED_LIBS)
  set_target_properties(weft PROPERTIES EXPORT_NAME static)
else()
  set_target_properties(weft PROPERTIES EXPORT_NAME shared)
endif()
foreach(library IN ITEMS weft weft_shared weft_c)
  if(TARGET ${library})
    installs_library(${library} lib dev ${CMAKE_INSTALL_LIBDIR} weft)
  endif()
endforeach()
# CMake strips programs and shared libraries only. Nobody else's link shall take half a minute for being optimised across
# our files: what that goes by stays behind.
if(NOT BUILD_SHARED_LIBS AND CMAKE_STRIP)
  install(CODE "
    set(archive \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/libweft.a)
    execute_process(COMMAND ${CMAKE_STRIP} --preserve-dates --wildcard -R .gnu.lto_* -R .gnu.debuglto_* -N __gnu_lto_v1
                            \${archive} COMMAND_ERROR_IS_FATAL ANY)
    if(CMAKE_INSTALL_DO_STRIP)
      execute_process(COMMAND ${CMAKE_STRIP} --strip-debug \${archive} COMMAND_ERROR_IS_FATAL ANY)
    endif()" COMPONENT dev)
endif()
if(TARGET weft_nanomsg)
  set_target_properties(weft_nanomsg PROPERTIES EXPORT_NAME nanomsg)
  installs_library(weft_nanomsg nanomsg nanomsg ${drop_in} weft-nanomsg)
  exports_targets(weft-nanomsg nanomsg)
  install(DIRECTORY include/weft/c/nanomsg DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/weft/c COMPONENT nanomsg)
  pkg_config(weft-nanomsg nanomsg)
endif()

install(DIRECTORY include/weft DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev PATTERN nanomsg EXCLUDE)
exports_targets(weft dev)
configure_package_config_file(cmake/weftConfig.cmake.in weftConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(weftConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/weftConfig.cmake ${PROJECT_BINARY_DIR}/weftConfigVersion.cmake
        DESTINATION ${package} COMPONENT dev)
# What a program with the static library is linked with; not as Requires.private, since libfabric's own would be for a
# static libfabric.
if(WEFT_FABRIC)
  string(APPEND libs_private " -lfabric")
endif()
if(WEFT_TLS)
  string(APPEND libs_private " -lssl -lcrypto")
endif()
pkg_config(weft dev)
if(TARGET weft_c)
  pkg_config(weft-c dev)
endif()

if(tools)
  # They find the library wherever the prefix is.
  file(RELATIVE_PATH to_library /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
  set_target_properties(${tools} PROPERTIES INSTALL_RPATH $ORIGIN/${to_library})
  install(TARGETS ${tools} RUNTIME COMPONENT tools)
  file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/tools/man/*.1)
  install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tools)
  set(completions ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  foreach(tool IN ITEMS weftcat weft-info weft-device)
    install(FILES src/tools/weft.bash-completion DESTINATION ${completions} RENAME ${tool} COMPONENT tools)
  endforeach()
  # nanomsg's names for its tool, out of the way of anybody else's.
  set(names ${CMAKE_INSTALL_LIBEXECDIR}/weft)
  file(RELATIVE_PATH to_tools /${names} /${CMAKE_INSTALL_BINDIR})
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/names)
  foreach(name IN ITEMS req rep push pull pub sub surveyor respondent bus pair)
    file(CREATE_LINK ${to_tools}/weftcat ${PROJECT_BINARY_DIR}/names/nn_${name} SYMBOLIC)
    install(FILES ${PROJECT_BINARY_DIR}/names/nn_${name} DESTINATION ${names} COMPONENT tools)
  endforeach()
endif()
