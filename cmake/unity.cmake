# Where many sources are compiled as one (SALUS_GROUP_SOURCES: the presets `release`, `fuzz` and `gcc`) a room
# takes a fraction of the time. No two sources of a room may have the same name in their unnamed
# namespaces: share what is the same, name the other better. Those listed here are compiled alone, for
# they have such a name. A conflict that is not listed does not compile there, once both sources come
# into one group. One that compiles and means another source's function by such a name fails its tests
# there.
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
set(SALUS_GROUP_SIZE 12)
option(SALUS_GROUP_SOURCES "Compile the sources of a room in groups, each as one" OFF)
if(SALUS_GROUP_SOURCES)
  # Names that hide each other from one source to the next hide nothing for a reader of one.
  target_compile_options(salus_flags INTERFACE -Wno-shadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A source is an included file then, whose types g++ takes for a header's.
    target_compile_options(salus_flags INTERFACE -Wno-subobject-linkage)
  endif()
endif()

# Puts groups in the stead of the sources that the variable names. Not by CMake's own UNITY_BUILD: that
# writes absolute paths, so that a clone elsewhere finds nothing in the compiler cache.
function(salus_group target list_name)
  if(NOT SALUS_GROUP_SOURCES)
    return()
  endif()
  set(alone ${${list_name}})
  set(together ${${list_name}})
  list(REMOVE_ITEM together ${SALUS_COMPILED_ALONE})
  list(REMOVE_ITEM alone ${together} "")
  set(groups "")
  while(together)
    list(SUBLIST together 0 ${SALUS_GROUP_SIZE} group)
    list(REMOVE_ITEM together ${group})
    list(TRANSFORM group REPLACE "^${CMAKE_SOURCE_DIR}/src/(.*)$" "#include \"\\1\"")
    list(JOIN group "\n" text)
    list(LENGTH groups number)
    set(file ${CMAKE_BINARY_DIR}/groups/${target}/${number}.cc)
    file(CONFIGURE OUTPUT ${file} CONTENT "${text}\n" @ONLY)
    list(APPEND groups ${file})
  endwhile()
  set(${list_name} ${alone} ${groups} PARENT_SCOPE)
endfunction()
