#include <algorithm>
#include <array>

#include "consent/provision.h"

namespace salus::consent {
namespace {

constexpr std::string_view kActReason = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
constexpr std::string_view kActReasonOfStu3 = "http://hl7.org/fhir/v3/ActReason";

// PurposeOfUse codes of v3-ActReason and what each is a kind of; empty: of nothing narrower.
struct Kind {
    std::string_view code;
    std::string_view of;
};
constexpr auto kKinds = std::to_array<Kind>({
    {"HMARKT", ""},
    {"HOPERAT", ""},
    {"HPAYMT", ""},
    {"HRESCH", ""},
    {"PATRQT", ""},
    {"PUBHLTH", ""},
    {"TREAT", ""},
    {"ETREAT", "TREAT"},
    {"BTG", "ETREAT"},
    {"COC", "TREAT"},
    {"POPHLTH", "TREAT"},
    {"DONAT", "HOPERAT"},
    {"FRAUD", "HOPERAT"},
    {"GOV", "HOPERAT"},
    {"HACCRED", "HOPERAT"},
    {"HCOMPL", "HOPERAT"},
    {"HDECD", "HOPERAT"},
    {"HDIRECT", "HOPERAT"},
    {"HDM", "HOPERAT"},
    {"HLEGAL", "HOPERAT"},
    {"HOUTCOMS", "HOPERAT"},
    {"HPRGRP", "HOPERAT"},
    {"HQUALIMP", "HOPERAT"},
    {"HSYSADMIN", "HOPERAT"},
    {"MEMADMIN", "HOPERAT"},
    {"PATADMIN", "HOPERAT"},
    {"PATSFTY", "HOPERAT"},
    {"PERFMSR", "HOPERAT"},
    {"RECORDMGT", "HOPERAT"},
    {"TRAIN", "HOPERAT"},
    {"CLMATTCH", "HPAYMT"},
    {"COVAUTH", "HPAYMT"},
    {"COVERAGE", "HPAYMT"},
    {"ELIGDTRM", "COVERAGE"},
    {"ELIGVER", "COVERAGE"},
    {"ENROLLM", "COVERAGE"},
    {"REMITADV", "HPAYMT"},
    {"BIORCH", "HRESCH"},
    {"CLINTRCH", "HRESCH"},
    {"DSRCH", "HRESCH"},
    {"POARCH", "HRESCH"},
    {"PRECLINTRCH", "HRESCH"},
    {"TRANSRCH", "HRESCH"},
    {"FAMRQT", "PATRQT"},
    {"PWATRNY", "PATRQT"},
    {"SUPNWK", "PATRQT"},
    {"DISASTER", "PUBHLTH"},
    {"THREAT", "PUBHLTH"},
});

Kind const* find_kind(std::string_view code) {
    auto const* found = std::ranges::find(kKinds, code, &Kind::code);
    return found == kKinds.end() ? nullptr : found;
}

bool is_kind_of(std::string_view code, std::string_view broader) {
    while (code != broader) {
        auto const* kind = find_kind(code);
        if (kind == nullptr || kind->of.empty()) return false;
        code = kind->of;
    }
    return true;
}

bool is_act_reason(std::string_view system) {
    return system == kActReason || system == kActReasonOfStu3;
}

// SYSADMIN is not HL7's spelling.
std::string_view code_of_purpose(RequestFacts const& request) {
    if (request.purpose == request::PurposeOfUse::system_administration) return "HSYSADMIN";
    return request::code_of(request.purpose).text();
}

Match matches_one(std::string_view named, std::string_view asked) {
    if (is_kind_of(asked, named)) return Match::yes;
    // A narrower use than the request says may be what it is for.
    if (is_kind_of(named, asked) || find_kind(named) == nullptr) return Match::unknown;
    return Match::no;
}

}  // namespace

Match matches_purpose(Code const& named, RequestFacts const& request) {
    auto match = Match::unknown;
    if (is_act_reason(named.system)) {
        match = matches_one(named.code, code_of_purpose(request));
        // Of the purpose of an emergency one knows whether the glass was broken.
        if (named.code == "BTG") match = request.break_glass ? Match::yes : Match::no;
        if (request.break_glass) match = std::max(match, matches_one(named.code, "BTG"));
    }
    for (auto const& further : request.purposes) {
        bool const both_listed = is_act_reason(named.system) && is_act_reason(further.system);
        if (both_listed) match = std::max(match, matches_one(named.code, further.code));
        if (further == named) match = Match::yes;
    }
    return match;
}

bool is_research(RequestFacts const& request) {
    return is_kind_of(code_of_purpose(request), "HRESCH") ||
           std::ranges::any_of(request.purposes, [](Code const& each) {
               return is_act_reason(each.system) && is_kind_of(each.code, "HRESCH");
           });
}

}  // namespace salus::consent
