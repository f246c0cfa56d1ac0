# Conformance: one suite for all implementations of a port.
if(NOT RFT_FUZZ)
  file(GLOB RFT_STORE_CONFORM CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/store_*.cc)
  add_executable(store_conform_test ${RFT_STORE_CONFORM})
  target_include_directories(store_conform_test PRIVATE ${CMAKE_CURRENT_LIST_DIR})
  target_link_libraries(store_conform_test PRIVATE rft_store GTest::gmock GTest::gtest_main)
  add_test(NAME store_conform COMMAND store_conform_test)
endif()
