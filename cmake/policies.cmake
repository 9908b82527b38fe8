# SALUS_SUPPLIED_POLICIES: the generated C++ file with what policies/ supplies to an installed server:
# the schema, and the hospital's set with its decision tables.
set(SALUS_SUPPLIED_POLICIES ${CMAKE_BINARY_DIR}/generated/supplied_policies.cc)
set(policies_folder ${CMAKE_SOURCE_DIR}/policies)

file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated)
file(GLOB supplied_files CONFIGURE_DEPENDS ${policies_folder}/hospital/*.cedar
     ${policies_folder}/hospital/facts.json ${policies_folder}/hospital/tests/*.json)
add_custom_command(
  OUTPUT ${SALUS_SUPPLIED_POLICIES}
  COMMAND ${CMAKE_COMMAND} -DFOLDER=${policies_folder} -DOUTPUT=${SALUS_SUPPLIED_POLICIES}
          -P ${CMAKE_SOURCE_DIR}/cmake/embed_policies.cmake
  DEPENDS ${CMAKE_SOURCE_DIR}/cmake/embed_policies.cmake ${policies_folder}/schema.cedarschema
          ${supplied_files}
  COMMENT "Embedding the supplied policies"
  VERBATIM)
