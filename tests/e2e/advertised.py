"""What the discovery documents say, and the automated test that exercises each of it.

A value is named by its member: `member=value` of a list or a boolean, `member` of an address,
`object.member` inside of an object. A test is named as it is found:

  Suite.Name              a gtest of src/
  test_x.py: text         a test of this directory, by its function or a line of it
  clients/x.mjs: text     a line of a driver in tests/outside, which a test of this directory runs
"""

PEOPLE = "clients/people.mjs: "
SERVICES = "clients/oauth.mjs: "
LAUNCH = "browser/smart_launch.mjs: "
MUTUAL = "test_mutual_tls.py: def "
VOUCHED = "test_a_name_that_an_authority_vouches_for"
LOGOUT = "test_back_channel_logout.py: def "
HERE = "test_discovery.py: def "

ENDPOINTS = {
    "issuer": "MetadataTest.AddressesAreTheTenants",
    "authorization_endpoint": PEOPLE + "client.buildAuthorizationUrl(",
    "pushed_authorization_request_endpoint": PEOPLE + "client.buildAuthorizationUrlWithPAR(",
    "token_endpoint": PEOPLE + "client.authorizationCodeGrant(",
    "introspection_endpoint": SERVICES + "oauth.introspectionRequest(",
    "revocation_endpoint": SERVICES + "oauth.revocationRequest(",
    "jwks_uri": PEOPLE + "client.enableNonRepudiationChecks(",
    "userinfo_endpoint": PEOPLE + "client.fetchUserInfo(",
    "end_session_endpoint": PEOPLE + "client.buildEndSessionUrl(",
}

FLOWS = {
    "response_types_supported=code":
        "AuthorizationEndpointTest.OneFlowWithOneKindOfChallengeAZ4AZ5F2",
    "response_modes_supported=query":
        "AuthorizationEndpointTest.OneFlowWithOneKindOfChallengeAZ4AZ5F2",
    "grant_types_supported=authorization_code": PEOPLE + "client.authorizationCodeGrant(",
    "grant_types_supported=refresh_token": PEOPLE + "client.refreshTokenGrant(",
    "grant_types_supported=client_credentials": SERVICES + "oauth.clientCredentialsGrantRequest(",
    "code_challenge_methods_supported=S256": "PersonGrantsTest.TheVerifierIsNeededExactlyF2",
    "authorization_response_iss_parameter_supported=true":
        PEOPLE + 'landed.searchParams.get("iss"), issuer',
    # An address that is not ours is never asked, so there is none to register.
    "require_request_uri_registration=false":
        "AuthorizationEndpointTest.OfAnotherClientLateOrElsewhereItIsNothingF8",
    "request_uri_parameter_supported=false":
        "AuthorizationEndpointTest.OfAnotherClientLateOrElsewhereItIsNothingF8",
    "request_parameter_supported=false":
        "AuthorizationEndpointTest.OneFlowWithOneKindOfChallengeAZ4AZ5F2",
    "claims_parameter_supported=false": PEOPLE + "begin(confidential, { claims }",
    "prompt_values_supported=none": PEOPLE + 'prompt: "none"',
    "prompt_values_supported=login": "NextStepTest.PromptLoginAsksForOneSignIn",
    "prompt_values_supported=consent": PEOPLE + 'prompt: "consent"',
    "acr_values_supported=phr": "NextStepTest.MoreIsAskedOfWhoCanProveMore",
    "acr_values_supported=mfa": PEOPLE + 'tokens.claims().acr, "mfa"',
}

AUTHENTICATION = {
    "token_endpoint_auth_methods_supported=private_key_jwt": SERVICES + "oauth.PrivateKeyJwt(",
    "token_endpoint_auth_methods_supported=self_signed_tls_client_auth":
        MUTUAL + "test_a_registered_key_gets_a_bound_token",
    "token_endpoint_auth_methods_supported=tls_client_auth": MUTUAL + VOUCHED,
    "introspection_endpoint_auth_methods_supported=tls_client_auth": MUTUAL + VOUCHED,
    "revocation_endpoint_auth_methods_supported=tls_client_auth": MUTUAL + VOUCHED,
    "token_endpoint_auth_methods_supported=none": PEOPLE + "client.None()",
    "token_endpoint_auth_signing_alg_values_supported=ES256": HERE + "test_assertions_by_each_",
    "token_endpoint_auth_signing_alg_values_supported=ES384": HERE + "test_assertions_by_each_",
    "token_endpoint_auth_signing_alg_values_supported=RS384": HERE + "test_assertions_by_each_",
    "token_endpoint_auth_signing_alg_values_supported=RS256": HERE + "test_assertions_by_each_",
    "introspection_endpoint_auth_methods_supported=private_key_jwt":
        SERVICES + "oauth.introspectionRequest(as, self, prove",
    "introspection_endpoint_auth_methods_supported=self_signed_tls_client_auth":
        HERE + "test_each_endpoint_takes_a_certificate",
    "revocation_endpoint_auth_methods_supported=private_key_jwt":
        SERVICES + "oauth.revocationRequest(as, self, prove",
    "revocation_endpoint_auth_methods_supported=self_signed_tls_client_auth":
        HERE + "test_each_endpoint_takes_a_certificate",
    "dpop_signing_alg_values_supported=ES256": "DpopTest.EachAlgorithmThatIsOffered",
    "dpop_signing_alg_values_supported=ES384": "DpopTest.EachAlgorithmThatIsOffered",
    "dpop_signing_alg_values_supported=PS256": "DpopTest.EachAlgorithmThatIsOffered",
    "dpop_signing_alg_values_supported=EdDSA": "DpopTest.EachAlgorithmThatIsOffered",
    "mtls_endpoint_aliases.token_endpoint": MUTUAL + "test_a_registered_key_gets_a_bound_token",
    "mtls_endpoint_aliases.introspection_endpoint": HERE + "test_each_endpoint_takes_a_certificate",
    "mtls_endpoint_aliases.revocation_endpoint": HERE + "test_each_endpoint_takes_a_certificate",
    "mtls_endpoint_aliases.pushed_authorization_request_endpoint":
        HERE + "test_each_endpoint_takes_a_certificate",
    "tls_client_certificate_bound_access_tokens=true":
        MUTUAL + "test_a_stolen_token_opens_nothing",
}

SCOPES = {
    "scopes_supported=openid": PEOPLE + "openid profile fhirUser",
    "scopes_supported=profile": PEOPLE + "info.preferred_username, name",
    "scopes_supported=fhirUser": PEOPLE + "tokens.claims().fhirUser, ",
    "scopes_supported=launch": LAUNCH + 'encounter: "visit"',
    "scopes_supported=launch/patient": "ConsentTest.APatientIsChosenShownAndOnRecord",
    "scopes_supported=offline_access": PEOPLE + "client.refreshTokenGrant(",
    "scopes_supported=online_access":
        "PersonGrantsTest.OnlineAccessEndsWithItsSessionAndOfflineDoesNotRF4",
    "scopes_supported=patient/*.cruds": LAUNCH + "others: 403, observations: 2",
    "scopes_supported=user/*.cruds": PEOPLE + "${issuer}/fhir/Patient/people",
    "scopes_supported=system/*.cruds": HERE + "test_a_service_creates_reads_updates_deletes",
}

IDENTITY = {
    "subject_types_supported=public": PEOPLE + "bearer.claims().sub, tokens.claims().sub",
    "id_token_signing_alg_values_supported=ES256": PEOPLE + "client.enableNonRepudiationChecks(",
    # openid-client refuses an ID token without these, or with others than it expects.
    "claims_supported=iss": PEOPLE + "client.authorizationCodeGrant(",
    "claims_supported=aud": PEOPLE + "client.authorizationCodeGrant(",
    "claims_supported=exp": PEOPLE + "client.authorizationCodeGrant(",
    "claims_supported=iat": PEOPLE + "client.authorizationCodeGrant(",
    "claims_supported=nonce": PEOPLE + "expectedNonce: begun.nonce",
    "claims_supported=sub": PEOPLE + "assert.match(tokens.claims().sub",
    "claims_supported=auth_time": PEOPLE + "tokens.claims().auth_time",
    "claims_supported=acr": PEOPLE + 'tokens.claims().acr, "mfa"',
    "claims_supported=at_hash":
        "PersonGrantsTest.ACodeStandsForTokensOfThePersonAndNoIdOfAPatient",
    "claims_supported=sid": LOGOUT + "test_on_the_account_page",
    "backchannel_logout_supported=true":
        LOGOUT + "test_by_the_request_of_an_app_every_app_of_the_session_is_told",
    "backchannel_logout_session_supported=true": LOGOUT + "test_on_the_account_page",
    "claims_supported=name": "PersonGrantsTest.ACodeStandsForTokensOfThePersonAndNoIdOfAPatient",
    "claims_supported=preferred_username": PEOPLE + "info.preferred_username, name",
    "claims_supported=fhirUser": PEOPLE + "tokens.claims().fhirUser, ",
}

CAPABILITIES = {
    "capabilities=launch-ehr": LAUNCH + 'encounter: "visit"',
    "capabilities=launch-standalone": LAUNCH + "alone.patient",
    "capabilities=authorize-post": "AuthorizationEndpointTest.TheAddressOrTheFormNotBothF12",
    "capabilities=client-public": PEOPLE + "client.None()",
    "capabilities=client-confidential-asymmetric": PEOPLE + "client.PrivateKeyJwt(",
    "capabilities=sso-openid-connect": PEOPLE + "tokens.claims().fhirUser, ",
    "capabilities=context-ehr-patient": "LaunchTest.TheAppGetsWhatTheEhrHadOpenWithoutAsking",
    "capabilities=context-ehr-encounter": "LaunchTest.TheAppGetsWhatTheEhrHadOpenWithoutAsking",
    "capabilities=context-standalone-patient": "ConsentTest.APatientIsChosenShownAndOnRecord",
    "capabilities=permission-offline": PEOPLE + "client.refreshTokenGrant(",
    "capabilities=permission-online":
        "PersonGrantsTest.OnlineAccessEndsWithItsSessionAndOfflineDoesNotRF4",
    "capabilities=permission-patient": LAUNCH + "others: 403, observations: 2",
    "capabilities=permission-user": PEOPLE + "${issuer}/fhir/Patient/people",
    "capabilities=permission-v1": HERE + "test_scopes_of_version_one",
    "capabilities=permission-v2": "Scope.EverySubsetOfTheLettersInOrderIsTakenAndNoOther",
}

TESTS = ENDPOINTS | FLOWS | AUTHENTICATION | SCOPES | IDENTITY | CAPABILITIES
