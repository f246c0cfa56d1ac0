# What `cmake --install` puts in place of the clients: rft, librft with its headers, the manual.
include(GNUInstallDirs)
install(TARGETS rft RUNTIME)
install(TARGETS rft_client rft_base ARCHIVE)
install(FILES ${CMAKE_SOURCE_DIR}/src/client/rft.h ${CMAKE_SOURCE_DIR}/src/client/limit.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/rft/client)
install(FILES ${CMAKE_SOURCE_DIR}/src/base/result.h ${CMAKE_SOURCE_DIR}/src/base/error.h
              ${CMAKE_SOURCE_DIR}/src/base/codes.def
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/rft/base)
configure_file(${CMAKE_SOURCE_DIR}/src/client/rft.pc.in ${CMAKE_BINARY_DIR}/rft.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/rft.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${CMAKE_SOURCE_DIR}/docs/man/rft.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_SOURCE_DIR}/docs/man/rftd.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
