# Writes the migrations of this folder, NNNN_name.sql, as C++ into OUTPUT: the binary carries them.
# Run as: cmake -DSCHEMA=<this folder> -DOUTPUT=<file.cc> -P embed.cmake
file(GLOB FILES ${SCHEMA}/*.sql)
list(SORT FILES)
set(ROWS "")
set(EXPECTED 0)
foreach(FILE ${FILES})
  get_filename_component(NAME ${FILE} NAME_WE)
  if(NOT NAME MATCHES "^([0-9][0-9][0-9][0-9])_[a-z_]+$")
    message(FATAL_ERROR "${FILE} is not named NNNN_name.sql")
  endif()
  math(EXPR EXPECTED "${EXPECTED} + 1")
  string(REGEX REPLACE "^0+" "" VERSION ${CMAKE_MATCH_1})
  if(NOT VERSION EQUAL EXPECTED)
    message(FATAL_ERROR "${FILE}: migration ${EXPECTED} is missing, or ${VERSION} is there twice")
  endif()
  file(READ ${FILE} SQL)
  string(APPEND ROWS "    {${VERSION}, R\"schema(${SQL})schema\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"store/migrate.h\"

namespace rft {

std::span<const Migration> migrations() {
  static constexpr Migration all[] = {
${ROWS}  };
  return all;
}

}  // namespace rft
")
