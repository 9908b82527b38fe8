# Where many sources are compiled as one (CMAKE_UNITY_BUILD: the presets `release`, `fuzz` and `gcc`) a
# room takes a fraction of the time. No two sources of a room may have the same name in their unnamed
# namespaces: share what is the same, name the other better. Those listed here are compiled alone, for
# they have such a name. A conflict that is not listed does not compile in those presets, once both
# sources come into one group. One that compiles and means another source's function by such a name
# fails its tests there.
set(SALUS_COMPILED_ALONE
  authorization/enumeration_test.cc
  authorization/scope_enumeration_test.cc
  fhir/conformance_rules.cc
  fhir/fhirpath/lexer.cc
  fhir/fhirpath/text.cc
  fhir/json_patch.cc
  fhir/json_patch_test.cc
  fhir/lexical.cc
  fhir/loaded_parameters_test.cc
  fhir/narrative.cc
  fhir/packages/parameter_reader.cc
  fhir/search_criteria.cc
  fhir/search_test.cc
  fhir/server_fields_test.cc
  fhir/validator_cases_test.cc
  fhir/validator_test.cc
  oauth/client_authentication.cc
  oauth/end_session.cc
  oauth/launch.cc
  oauth/remote_keys_test.cc
  oauth/token_status_test.cc
  operations/history.cc
  operations/operation_definitions.cc
  operations/population_history.cc
  operations/population_history_test.cc
  operations/request_body_test.cc)
list(TRANSFORM SALUS_COMPILED_ALONE PREPEND ${CMAKE_SOURCE_DIR}/src/)
set_source_files_properties(${SALUS_COMPILED_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
if(CMAKE_UNITY_BUILD)
  # Names that hide each other from one source to the next hide nothing for a reader of one.
  target_compile_options(salus_flags INTERFACE -Wno-shadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A source is an included file then, whose types g++ takes for a header's.
    target_compile_options(salus_flags INTERFACE -Wno-subobject-linkage)
  endif()
endif()
