# Where many sources are compiled as one (SALUS_GROUP_SOURCES: the presets `release` and `fuzz`) a room takes a fraction of
# the time. Those listed here are compiled alone: each has a name of its own, in its unnamed namespace,
# that another source of its room has, too. A source in such a conflict that is not listed does not
# compile there: share what is the same, name the other better, or list it. One that compiles
# and means another source's function by such a name fails its tests there: name it better.
set(SALUS_COMPILED_ALONE
  access_context/time_zone.cc
  admin/definition_packages.cc
  admin/legal_holds.cc
  admin/proposals.cc
  app/access_context_section_test.cc
  app/audit_verify.cc
  app/control_prober.cc
  app/control_transport.cc
  app/custodian_key.cc
  app/definitions.cc
  app/instance_client.cc
  app/instance_root_rotation.cc
  app/key_rotation_job.cc
  app/keys_commands.cc
  app/listening.cc
  app/mirror_job.cc
  app/mirror_serve.cc
  app/mirror_setup.cc
  app/outside_provider_section_test.cc
  app/restore.cc
  app/signer_process.cc
  app/syslog_job.cc
  app/tenant_logout_test.cc
  app/tenant_rotation.cc
  app/tenant_rotation_test.cc
  app/tls_link.cc
  audit/access_check.cc
  audit/segment.cc
  authentication/authentication.cc
  authorization/enumeration_test.cc
  authorization/scope_enumeration_test.cc
  backup/tree.cc
  cedar/corpus_test.cc
  cedar/decimal.cc
  cedar/lexer.cc
  cedar/plan_test.cc
  cedar/tokens.cc
  crypto/sealed_test.cc
  crypto/signature_test.cc
  factors/password_record.cc
  factors/password_weakness_test.cc
  factors/totp.cc
  factors/webauthn/relying_party.cc
  factors/webauthn/response.cc
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
  identity/user_members.cc
  jose/compact.cc
  jose/dpop.cc
  jose/jws.cc
  jose/key_set.cc
  keys/dual_control/proposal_record.cc
  mirror/waiting_entries.cc
  oauth/client_authentication.cc
  oauth/end_session.cc
  oauth/launch.cc
  oauth/remote_keys_test.cc
  oauth/token_status_test.cc
  operations/history.cc
  operations/operation_definitions.cc
  operations/population_history.cc
  operations/population_history_test.cc
  operations/request_body_test.cc
  pipeline/smart_scopes_test.cc
  records/resealing_test.cc
  request/scope_test.cc
  sample_data/encounters.cc
  sample_data/vital_signs.cc
  sign_in/sign_in_passkey.cc)
list(TRANSFORM SALUS_COMPILED_ALONE PREPEND ${CMAKE_SOURCE_DIR}/src/)
set(SALUS_GROUP_SIZE 12)
option(SALUS_GROUP_SOURCES "Compile the sources of a room in groups, each as one" OFF)
if(SALUS_GROUP_SOURCES)
  # Names that hide each other from one source to the next hide nothing for a reader of one.
  target_compile_options(salus_flags INTERFACE -Wno-shadow)
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
