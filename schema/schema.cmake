# The migrations become a source of the store.
file(GLOB RFT_MIGRATIONS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schema/*.sql)
set(RFT_MIGRATIONS_CC ${CMAKE_BINARY_DIR}/schema/migrations.cc)
add_custom_command(
  OUTPUT ${RFT_MIGRATIONS_CC}
  COMMAND ${CMAKE_COMMAND} -DSCHEMA=${CMAKE_SOURCE_DIR}/schema -DOUTPUT=${RFT_MIGRATIONS_CC}
          -P ${CMAKE_SOURCE_DIR}/schema/embed.cmake
  DEPENDS ${RFT_MIGRATIONS} ${CMAKE_SOURCE_DIR}/schema/embed.cmake
  VERBATIM)
target_sources(rft_store PRIVATE ${RFT_MIGRATIONS_CC})
