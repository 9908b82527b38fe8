// The grammar of constraints, and what two scopes have in common.
#include "request/scope_constraint.h"

#include <array>
#include <gtest/gtest.h>

namespace salus::request {
namespace {

constexpr std::string_view kLaboratory =
    "category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory";

std::string canonical(std::string_view scope) {
    auto const parsed = parse_scope(scope);
    return parsed ? parsed->text() : "";
}

TEST(ScopeConstraint, AreKeptInOneSpelling) {
    struct Row {
        char const* asked;
        char const* kept;
    };
    static constexpr std::array kRows{
        // As SMART's own examples spell it.
        Row{"patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/"
            "observation-category|laboratory",
            "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/"
            "observation-category|laboratory"},
        Row{"system/Observation.cruds?category=laboratory",
            "system/Observation.cruds?category=laboratory"},
        Row{"user/Observation.r?status=final&category=laboratory",
            "user/Observation.r?category=laboratory&status=final"},
        Row{"system/Observation.rs?&code=a&&code=b&code=a&", "system/Observation.rs?code=a&code=b"},
        Row{"system/Observation.rs?code=b,a", "system/Observation.rs?code=b,a"},
        Row{"system/Observation.rs?c%6Fde=%61%7Cb", "system/Observation.rs?code=a|b"},
        Row{"system/Observation.rs?code=a+b", "system/Observation.rs?code=a%20b"},
        Row{"system/Observation.rs?code=a%26b%2b%25%22%5c%2C",
            "system/Observation.rs?code=a%26b%2B%25%22%5C,"},
        Row{"system/Observation.rs?code=a=b?c", "system/Observation.rs?code=a=b?c"},
        Row{"system/Observation.rs?code:not=a", "system/Observation.rs?code:not=a"},
        Row{"system/Observation.rs?code:missing=true", "system/Observation.rs?code:missing=true"},
        Row{"system/Observation.rs?date=ge2020-01-01", "system/Observation.rs?date=ge2020-01-01"},
        Row{"system/Observation.rs?value-quantity=gt5||mg",
            "system/Observation.rs?value-quantity=gt5||mg"},
        Row{"system/Observation.rs?_security=R", "system/Observation.rs?_security=R"},
        Row{"system/*.rs?_tag=s|t", "system/*.rs?_tag=s|t"},
        Row{"system/*.rs?_profile=http://x", "system/*.rs?_profile=http://x"},
        Row{"patient/Patient.rs?gender=female", "patient/Patient.rs?gender=female"},
        Row{"patient/Patient.rs?active=true", "patient/Patient.rs?active=true"},
        Row{"patient/Condition.rs?clinical-status=active",
            "patient/Condition.rs?clinical-status=active"},
    };
    for (auto const& [asked, kept] : kRows) {
        EXPECT_EQ(canonical(asked), kept) << asked;
        EXPECT_EQ(canonical(kept), kept);
    }
}

TEST(ScopeConstraint, WhatOneResourceDoesNotAnswerIsRefused) {
    for (auto const* text :
         {// nothing, and what is no query
          "system/Observation.rs?", "system/Observation.rs?&", "system/Observation.rs?code",
          "system/Observation.rs?code=", "system/Observation.rs?=x", "system/Observation.rs?code=%",
          "system/Observation.rs?code=%00", "system/Observation.rs?code=a\\b",
          "system/Observation.rs?code=a%5Cb", "system/Observation.rs?code=a|b|c",
          // parameters of other types, and of none
          "system/Observation.rs?gender=male", "system/Patient.rs?category=x",
          "system/Unknown.rs?code=x", "system/Observation.rs?nothing=x",
          // what names a person
          "system/Observation.rs?patient=p1", "system/Observation.rs?subject=Patient/p1",
          "system/Observation.rs?subject:Patient=p1", "system/Observation.rs?performer=x",
          "system/Observation.rs?encounter=e1", "system/Observation.rs?subject:missing=true",
          "system/Observation.rs?identifier=urn:x|1", "system/Patient.rs?identifier=1",
          "system/Patient.rs?name=smith", "system/Patient.rs?family:exact=Smith",
          "system/Patient.rs?phone=555", "system/Patient.rs?address-city=x",
          "system/Patient.rs?_id=p1", "system/Observation.rs?_id=o1",
          "system/Patient.rs?general-practitioner:identifier=x",
          // what follows, and what shapes
          "system/Observation.rs?subject.gender=male", "system/Observation.rs?patient.name=x",
          "system/Patient.rs?_has:Observation:subject:code=x", "system/Observation.rs?_sort=code",
          "system/Observation.rs?_include=Observation:subject", "system/Observation.rs?_count=5",
          "system/Observation.rs?code=x&_count=5", "system/Observation.rs?_summary=count",
          "system/Observation.rs?_total=none", "system/Observation.rs?_elements=code",
          "system/Observation.rs?fields=code", "system/Observation.rs?_format=json",
          "system/Observation.rs?_type=Patient", "system/*.rs?_type=Patient",
          "system/Observation.rs?_filter=x", "system/Observation.rs?_list=x",
          "system/Observation.rs?_cursor=x",
          // what needs a terminology server, or the time
          "system/Observation.rs?code:in=http://x", "system/Observation.rs?code:text=x",
          "system/Observation.rs?code:below=x", "system/Observation.rs?date=ap2020",
          "system/Observation.rs?date=ge2020,ap2020", "system/Observation.rs?_lastUpdated=gt2020",
          "system/Observation.rs?code-value-quantity=a$5",
          // every type has only what stands in meta
          "system/*.rs?code=x", "system/*.rs?status=x",
          // no stored resource, no version 2, no clinical scope
          "system/AuditEvent.rs?action=R", "system/Observation.read?code=x",
          "system/Observation.*?code=x", "admin/users.read?code=x",
          // spelling of the rest
          "system/Observation.sr?code=x", "system/Observation.?code=x", "system/.rs?code=x"}) {
        EXPECT_EQ(canonical(text), "") << text;
    }
}

TEST(ScopeConstraint, AreBounded) {
    auto const with_code = [](std::size_t bytes) {
        return canonical("system/Observation.rs?code=" + std::string(bytes, 'x'));
    };
    EXPECT_NE(with_code(507), "");
    EXPECT_EQ(with_code(508), "");
    // Each takes three bytes to be told.
    EXPECT_EQ(with_code(2).size() + 3 * 3,
              canonical("system/Observation.rs?code=xx%26%25%22").size());
    EXPECT_NE(canonical("system/Observation.rs?code=a&code=b&code=c&code=d"), "");
    EXPECT_EQ(canonical("system/Observation.rs?code=a&code=b&code=c&code=d&code=e"), "");
}

TEST(ScopeConstraint, AConstraintIsOneScopeInAList) {
    auto const scopes = parse_scopes("system/Observation.rs?code=a system/Patient.r");
    ASSERT_TRUE(scopes);
    EXPECT_EQ(to_text(*scopes), "system/Observation.rs?code=a system/Patient.r");
    EXPECT_FALSE(parse_scopes("system/Patient.r system/Observation.rs?patient=p1"));
}

std::string granted(std::string const& asked, std::string const& registered) {
    return to_text(intersect(*parse_scopes(asked), *parse_scopes(registered)));
}

TEST(ScopeConstraint, WhatIsGrantedLiesInsideOfBoth) {
    auto const lab = "system/Observation.rs?" + std::string(kLaboratory);
    EXPECT_EQ(granted(lab, "system/Observation.rs"), lab);
    EXPECT_EQ(granted(lab, "system/*.cruds"), lab);
    EXPECT_EQ(granted(lab, lab), lab);
    EXPECT_EQ(granted("system/Observation.rs", lab), lab);
    EXPECT_EQ(granted("system/Observation.cruds", lab), lab);
    EXPECT_EQ(granted("system/Observation.r?code=b", "system/Observation.rs?code=a"),
              "system/Observation.r?code=a&code=b");
    EXPECT_EQ(granted("system/Observation.rs?status=final", "system/Observation.rs?code=a"),
              "system/Observation.rs?code=a&status=final");
    EXPECT_EQ(granted("system/Observation.rs?code=a", "system/*.rs?_tag=t"),
              "system/Observation.rs?_tag=t&code=a");
    EXPECT_EQ(granted("system/Patient.rs", "system/*.rs?_tag=t"), "system/Patient.rs?_tag=t");
    // Nothing rather than too much.
    EXPECT_EQ(granted("system/Observation.rs?code=a&code=b&code=c",
                      "system/Observation.rs?status=d&status=e"),
              "");
    EXPECT_EQ(granted("system/*.rs", lab), "");
    EXPECT_EQ(granted("system/Patient.rs", lab), "");
    EXPECT_EQ(granted("system/AuditEvent.rs", "system/*.rs?_tag=t"), "");
    EXPECT_EQ(granted("user/Observation.rs", lab), "");
    EXPECT_EQ(granted("system/Observation.cud", lab), "");
}

TEST(ScopeConstraint, RegisteredScopesAreAUnion) {
    EXPECT_EQ(granted("system/Observation.rs",
                      "system/Observation.r?code=a system/Observation.rs?code=b"),
              "system/Observation.r?code=a system/Observation.rs?code=b");
    EXPECT_EQ(
        granted("system/Observation.cruds", "system/Observation.r system/Observation.rus?code=a"),
        "system/Observation.r system/Observation.us?code=a");
    EXPECT_EQ(granted("system/Observation.rs?code=a",
                      "system/Observation.r?code=a system/Observation.s?status=x"),
              "system/Observation.r?code=a system/Observation.s?code=a&status=x");
    std::string many;
    for (int i = 0; i < 40; ++i) many += "system/Observation.rs?code=" + std::to_string(i) + " ";
    auto const scopes =
        intersect(*parse_scopes("system/Observation.rs user/Patient.r system/Observation.rs"),
                  *parse_scopes(many));
    // What a token can hold.
    EXPECT_EQ(scopes.size(), 64U);
    EXPECT_EQ(parse_scopes(to_text(scopes)), scopes);
}

TEST(ScopeConstraint, RecordsNameItByItsHash) {
    auto const scope = *parse_scope("system/Observation.rs?code=a");
    auto const label = label_of(scope);
    EXPECT_TRUE(label.starts_with("system/Observation.rs?#")) << label;
    EXPECT_EQ(label.size(), std::string("system/Observation.rs?#").size() + 16);
    EXPECT_EQ(label, label_of(*parse_scope("system/Observation.rs?c%6fde=a")));
    EXPECT_NE(label, label_of(*parse_scope("system/Observation.rs?code=b")));
    EXPECT_EQ(label_of(*parse_scope("system/Patient.r")), "system/Patient.r");
    // No such label is a scope.
    EXPECT_FALSE(parse_scope(label));
    EXPECT_EQ(labels_of("openid system/Patient.r system/Observation.rs?code=a launch/patient"),
              "openid system/Patient.r " + label + " launch/patient");
    EXPECT_EQ(labels_of(""), "");
}

}  // namespace
}  // namespace salus::request
