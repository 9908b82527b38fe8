#include "request/form.h"

#include <array>
#include <cctype>
#include <cstring>
#include <gtest/gtest.h>

#include "foundation/limits.h"
#include "request/interaction.h"
#include "request/purpose_of_use.h"

namespace salus::request {
namespace {

std::string joined(TargetPath const& path) {
    std::string text;
    for (auto const& segment : path.segments) text += "[" + segment + "]";
    return text + "?" + std::string(path.query);
}

TEST(Target, RefusesEverySpellingButOne) {
    for (auto const* target :
         {"", "fhir", "*", "http://localhost/fhir", "localhost:8443", "?x", "//", "//fhir",
          "/fhir//Patient", "/fhir/Patient/", "/fhir/Patient/1/", "/fhir//", "/metadata/",
          "/oauth/token/", "/./fhir", "/fhir/./Patient", "/fhir/../admin/clients", "/..",
          "/fhir/Patient/..", "/fhir/Patient/.",
          // encoded dots, slashes, letters
          "/fhir/%2e%2e/admin/clients", "/%2e/fhir", "/fhir/.%2e/x", "/fhir/%2E%2E/x",
          "/fhir%2fPatient", "/fhir/Patient%2F1", "/%2f", "/fhir/Patient/%2f", "/%66hir/Patient",
          "/fhir/%50atient", "/%74/north/fhir", "/fhir/Patient/%31", "/fhir/Patient/a%2Db",
          "/oauth%2ftoken", "/%6fauth/token", "/fhir/%5fsearch",
          // twice encoded stays encoded and so names nothing, but %25 itself is fine
          // broken encodings
          "/fhir/%", "/fhir/%2", "/fhir/%zz", "/fhir/%2g", "/fhir/%g2", "/fhir/% 1", "/fhir/%-1",
          "/fhir/%00", "/fhir/Patient%00", "/fhir/Patient/1%00x",
          // a trailing slash belongs to the base and nothing else
          "/fhir/Patient/fhir/", "/x/fhir/", "/t/north/x/fhir/", "/fhir/fhir/", "/t/fhir/"}) {
        EXPECT_FALSE(parse_target(target).has_value()) << target;
    }
    EXPECT_FALSE(parse_target(std::string("/fhir\0/Patient", 14)).has_value());
}

TEST(Target, GivesSegmentsAndTheQueryAsReceived) {
    EXPECT_EQ(joined(*parse_target("/")), "?");
    EXPECT_EQ(joined(*parse_target("/fhir")), "[fhir]?");
    EXPECT_EQ(joined(*parse_target("/fhir/")), "[fhir]?");
    EXPECT_EQ(joined(*parse_target("/t/north/fhir/")), "[t][north][fhir]?");
    EXPECT_EQ(joined(*parse_target("/fhir/Patient?name=a%20b&x=/../")),
              "[fhir][Patient]?name=a%20b&x=/../");
    EXPECT_EQ(joined(*parse_target("/fhir/Patient??")), "[fhir][Patient]??");
    EXPECT_EQ(joined(*parse_target("/fhir/%24everything")), "[fhir][$everything]?");
    // A plus is a plus in a path (RFC 3986), and an encoded per cent sign is decoded once only.
    EXPECT_EQ(joined(*parse_target("/fhir/a+b")), "[fhir][a+b]?");
    EXPECT_EQ(joined(*parse_target("/fhir/%252e%252e")), "[fhir][%2e%2e]?");
}

TEST(Form, RefusesBrokenEncodingsAndNames) {
    for (auto const* text : {"a=%", "a=%2", "a=%zz", "%=1", "%zz=1", "a=%00", "%00=a", "a=1&b=%g0",
                             "=", "=1", "a=1&=2", "%"}) {
        EXPECT_FALSE(parse_form(text).has_value()) << text;
    }
    EXPECT_FALSE(parse_form(std::string("a=\0", 3)).has_value());
}

TEST(Form, IsBounded) {
    std::string text = "a=1";
    for (std::size_t i = 1; i < limits::kSearchParameters; ++i) text += "&a=1";
    ASSERT_TRUE(parse_form(text).has_value());
    EXPECT_EQ(parse_form(text + "&b=2").error().code, Errc::invalid);
    // Empty pairs are no parameters, but they are no way to a long loop either.
    EXPECT_EQ(parse_form(std::string(1000, '&'))->size(), 0U);
}

TEST(Form, DecodesNamesAndValues) {
    auto const form = parse_form("a+b=c%2Bd&e&f=&g=h=i&%61=%C3%A9");
    ASSERT_TRUE(form.has_value());
    ASSERT_EQ(form->size(), 5U);
    EXPECT_EQ((*form)[0].name, "a b");
    EXPECT_EQ((*form)[0].value, "c+d");
    EXPECT_EQ((*form)[1].name, "e");
    EXPECT_EQ((*form)[1].value, "");
    EXPECT_EQ((*form)[2].value, "");
    EXPECT_EQ((*form)[3].value, "h=i");
    EXPECT_EQ((*form)[4].name, "a");
    EXPECT_EQ((*form)[4].value, "\xc3\xa9");
}

TEST(Form, AParameterGivenTwiceIsNotSingle) {
    auto const form = *parse_form("grant_type=a&scope=x&grant_type=b");
    EXPECT_FALSE(single(form, "grant_type").has_value());
    EXPECT_FALSE(single(form, "Scope").has_value());
    EXPECT_FALSE(single(form, "").has_value());
    EXPECT_EQ(single(form, "scope"), "x");
}

TEST(PercentEncode, EveryByteComesBack) {
    std::string all;
    for (int c = 1; c < 256; ++c) all.push_back(static_cast<char>(c));
    auto const encoded = percent_encode(all);
    for (char c : encoded)
        EXPECT_TRUE(std::isalnum(c) != 0 || std::strchr("-._~%", c) != nullptr) << c;
    EXPECT_EQ((*parse_form("v=" + encoded))[0].value, all);
    EXPECT_EQ(percent_encode("A/b c+d&e=f%"), "A%2Fb%20c%2Bd%26e%3Df%25");
}

TEST(PurposeOfUse, OnlyTheEightCodesExactly) {
    for (auto const* code : {"", "treat", "TREAT ", " TREAT", "TREATX", "TREA", "*", "HMARKT",
                             "urn:oid:2.16.840.1.113883.5.8#TREAT"}) {
        EXPECT_FALSE(purpose_of_code(code).has_value()) << code;
    }
    for (auto const* code :
         {"TREAT", "HPAYMT", "HOPERAT", "PATRQT", "HRESCH", "PUBHLTH", "ETREAT", "SYSADMIN"}) {
        auto const purpose = purpose_of_code(code);
        ASSERT_TRUE(purpose.has_value()) << code;
        EXPECT_EQ(code_of(*purpose).text(), code);
    }
}

struct Row {
    Interaction interaction;
    std::string_view name;
    bool write;
    bool without_token;
};
constexpr std::array kRows{
    Row{Interaction::read, "read", false, false},
    Row{Interaction::vread, "vread", false, false},
    Row{Interaction::update, "update", true, false},
    Row{Interaction::remove, "delete", true, false},
    Row{Interaction::history_instance, "history", false, false},
    Row{Interaction::patch, "patch", true, false},
    Row{Interaction::everything, "everything", false, false},
    Row{Interaction::meta, "meta", false, false},
    Row{Interaction::meta_add, "meta-add", true, false},
    Row{Interaction::meta_delete, "meta-delete", true, false},
    Row{Interaction::create, "create", true, false},
    Row{Interaction::search_type, "search", false, false},
    Row{Interaction::validate, "validate", false, false},
    Row{Interaction::history_type, "history-type", false, false},
    Row{Interaction::transaction, "transaction", true, false},
    Row{Interaction::batch, "batch", false, false},
    Row{Interaction::history_system, "history-system", false, false},
    Row{Interaction::capabilities, "capabilities", false, true},
    Row{Interaction::open_api, "openapi", false, true},
    Row{Interaction::token, "token", true, true},
    Row{Interaction::introspection, "introspection", true, true},
    Row{Interaction::revocation, "revocation", true, true},
    Row{Interaction::pushed_authorization, "pushed-authorization", true, true},
    Row{Interaction::launch_open, "launch-open", true, false},
    Row{Interaction::user_info, "userinfo", false, false},
    Row{Interaction::openid_configuration, "metadata.openid", false, true},
    Row{Interaction::authorization, "authorization", true, true},
    Row{Interaction::sign_in, "sign-in", true, true},
    Row{Interaction::account, "account", true, true},
    Row{Interaction::end_session, "end-session", true, true},
    Row{Interaction::page_script, "page-script", false, true},
    Row{Interaction::authorization_server_metadata, "metadata.oauth", false, true},
    Row{Interaction::smart_configuration, "metadata.smart", false, true},
    Row{Interaction::json_web_key_set, "metadata.jwks", false, true},
    Row{Interaction::access_evaluation_metadata, "metadata.authzen", false, true},
    Row{Interaction::definitions_load, "admin.definitions-load", true, false},
    Row{Interaction::definitions_list, "admin.definitions-list", false, false},
    Row{Interaction::definitions_remove, "admin.definitions-remove", true, false},
    Row{Interaction::key_status, "admin.key-status", false, false},
    Row{Interaction::key_rotation, "admin.key-rotation", false, false},
    Row{Interaction::client_add, "admin.client-add", true, false},
    Row{Interaction::client_list, "admin.client-list", false, false},
    Row{Interaction::client_remove, "admin.client-remove", true, false},
    Row{Interaction::user_add, "admin.user-add", true, false},
    Row{Interaction::user_list, "admin.user-list", false, false},
    Row{Interaction::user_change, "admin.user-change", true, false},
    Row{Interaction::custodians_set, "admin.custodians-set", true, false},
    Row{Interaction::custodians_read, "admin.custodians-read", false, false},
    Row{Interaction::proposal_draft, "admin.proposal-draft", false, false},
    Row{Interaction::proposal_add, "admin.proposal-add", true, false},
    Row{Interaction::proposal_list, "admin.proposal-list", false, false},
    Row{Interaction::proposal_read, "admin.proposal-read", false, false},
    Row{Interaction::ballot_add, "admin.ballot-add", true, false},
    Row{Interaction::proposal_execute, "admin.proposal-execute", true, false},
    Row{Interaction::hold_place, "admin.hold-place", true, false},
    Row{Interaction::hold_list, "admin.hold-list", false, false},
    Row{Interaction::keys_seal, "admin.keys-seal", false, false},
    Row{Interaction::control_check, "admin.check", false, false},
    Row{Interaction::backup_begin, "admin.backup-begin", false, false},
    Row{Interaction::backup_state, "admin.backup-state", false, false},
    Row{Interaction::backup_drill_report, "admin.backup-drill-report", false, false},
    Row{Interaction::policy_read, "admin.policy-read", false, false},
    Row{Interaction::policy_document, "admin.policy-document", false, false},
    Row{Interaction::policy_explain, "admin.policy-explain", false, false},
    Row{Interaction::access_evaluation, "access-evaluation", false, false},
    Row{Interaction::access_evaluations, "access-evaluations", false, false},
    Row{Interaction::policy_versions, "admin.policy-versions", false, false},
    Row{Interaction::policy_version, "admin.policy-version", false, false},
    Row{Interaction::policy_propose, "admin.policy-propose", true, false},
    Row{Interaction::policy_replay, "admin.policy-replay", false, false},
    Row{Interaction::policy_approve, "admin.policy-approve", true, false},
    Row{Interaction::policy_activate, "admin.policy-activate", true, false},
    Row{Interaction::policy_withdraw, "admin.policy-withdraw", true, false},
    Row{Interaction::audit_search, "audit.search", false, false},
    Row{Interaction::audit_event, "audit.event", false, false},
    Row{Interaction::access_report, "access-report", false, false},
    Row{Interaction::accounting, "accounting", false, false},
    Row{Interaction::audit_proof, "audit.proof", false, false},
    Row{Interaction::audit_details, "audit.details", false, false},
};

TEST(Interaction, TablesSayWhatIsWrittenAndWhatIsPublic) {
    for (std::size_t i = 0; i < kRows.size(); ++i) {
        auto const& row = kRows[i];
        ASSERT_EQ(static_cast<std::size_t>(row.interaction), i) << "one row for each, in order";
        EXPECT_EQ(name_of(row.interaction).text(), row.name);
        EXPECT_EQ(is_write(row.interaction), row.write) << row.name;
        EXPECT_EQ(is_public(row.interaction), row.without_token) << row.name;
        // What is decided by parts has parts that are not: a decision ends.
        auto const parts = parts_of(row.interaction);
        ASSERT_FALSE(parts.empty()) << row.name;
        for (auto const& part : parts) EXPECT_EQ(parts_of(part).size(), 1U) << row.name;
    }
    // One more would be unknown to the tables above.
    EXPECT_EQ(name_of(static_cast<Interaction>(kRows.size())).text(), "");
    EXPECT_TRUE(is_write(static_cast<Interaction>(kRows.size())));
    EXPECT_FALSE(is_public(static_cast<Interaction>(kRows.size())));
}

}  // namespace
}  // namespace salus::request
