#include "audit_views/event_terms.h"

#include <algorithm>
#include <array>

namespace salus::audit_views {
namespace {

constexpr Code kRest{"http://terminology.hl7.org/CodeSystem/audit-event-type", "rest",
                     "RESTful Operation"};
constexpr Code kNoCode{};

constexpr Code dicom(Literal code, Literal display) {
    return {kDicomSystem, code, display};
}
constexpr Code rest(Literal code) {
    return {kRestSystem, code, code};
}

constexpr Code kActivity = dicom("110100", "Application Activity");
constexpr Code kLogUsed = dicom("110101", "Audit Log Used");
constexpr Code kExport = dicom("110106", "Export");
constexpr Code kPatientRecord = dicom("110110", "Patient Record");
constexpr Code kQuery = dicom("110112", "Query");
constexpr Code kAlert = dicom("110113", "Security Alert");
constexpr Code kAuthentication = dicom("110114", "User Authentication");
constexpr Code kLogin = dicom("110122", "Login");
constexpr Code kLogout = dicom("110123", "Logout");
constexpr Code kEmergency = dicom("110127", "Emergency Override Started");
constexpr Code kUserAttributes = dicom("110137", "User Security Attributes Changed");
constexpr Code kSoftware = dicom("110131", "Software Configuration");
constexpr Code kObjectAttributes = dicom("110133", "Object Security Attributes Changed");

constexpr auto kTerms = std::to_array<EventTerms>({
    {"read", kRest, rest("read"), "R", Pattern::read, kPatientRecord},
    {"vread", kRest, rest("vread"), "R", Pattern::read, kPatientRecord},
    {"search", kRest, rest("search"), "E", Pattern::query, kQuery},
    {"create", kRest, rest("create"), "C", Pattern::create, kPatientRecord},
    {"update", kRest, rest("update"), "U", Pattern::update, kPatientRecord},
    {"patch", kRest, rest("patch"), "U", Pattern::update, kPatientRecord},
    {"delete", kRest, rest("delete"), "D", Pattern::remove, kPatientRecord},
    {"history", kRest, rest("history"), "R", Pattern::none, kPatientRecord},
    {"transaction", kRest, rest("transaction"), "E", Pattern::none, kPatientRecord},
    {"batch", kRest, rest("batch"), "E", Pattern::none, kPatientRecord},
    {"everything", kRest, rest("operation"), "E", Pattern::none, kPatientRecord},
    {"meta", kRest, rest("operation"), "E", Pattern::none, kPatientRecord},
    {"validate", kRest, rest("operation"), "E", Pattern::none, kActivity},
    {"capabilities", kRest, rest("capabilities"), "R", Pattern::none, kActivity},
    // A refusal does not say what was refused: the request it names does.
    {"denied", kRest, kNoCode, "E", Pattern::none, kAlert},
    {"error", kRest, kNoCode, "E", Pattern::none, kAlert},
    {"export", kExport, kNoCode, "R", Pattern::none, kExport},
    {"token", kAuthentication, kLogin, "E", Pattern::none, kAuthentication},
    {"token.refused", kAuthentication, kLogin, "E", Pattern::none, kAuthentication},
    {"token.introspected", kAuthentication, kNoCode, "R", Pattern::none, kAuthentication},
    {"token.revoked", kAuthentication, kLogout, "E", Pattern::none, kAuthentication},
    {"sign-in", kAuthentication, kLogin, "E", Pattern::none, kAuthentication},
    {"sign-in.failed", kAuthentication, kLogin, "E", Pattern::none, kAuthentication},
    {"sign-in.page", kAuthentication, kNoCode, "R", Pattern::none, kAuthentication},
    {"sign-out", kAuthentication, kLogout, "E", Pattern::none, kAuthentication},
    {"session.ended", kAuthentication, kLogout, "E", Pattern::none, kAuthentication},
    {"authorization.requested", kAuthentication, kNoCode, "E", Pattern::none, kAuthentication},
    {"launch.opened", kAuthentication, kNoCode, "E", Pattern::none, kAuthentication},
    {"authorization.granted", kUserAttributes, kNoCode, "C", Pattern::none, kUserAttributes},
    {"authorization.refused", kAuthentication, kNoCode, "E", Pattern::none, kAuthentication},
    {"emergency.declared", kAlert, kEmergency, "E", Pattern::none, kAlert},
    {"factor.added", kUserAttributes, kNoCode, "C", Pattern::none, kUserAttributes},
    {"factor.removed", kUserAttributes, kNoCode, "D", Pattern::none, kUserAttributes},
    {"password.changed", kUserAttributes, kNoCode, "U", Pattern::none, kUserAttributes},
    {"grant.revoked", kUserAttributes, kNoCode, "D", Pattern::none, kUserAttributes},
    {"account.viewed", kUserAttributes, kNoCode, "R", Pattern::none, kUserAttributes},
    {"admin.user.added", kUserAttributes, kNoCode, "C", Pattern::none, kUserAttributes},
    {"admin.user.changed", kUserAttributes, kNoCode, "U", Pattern::none, kUserAttributes},
    {"auth.refused", kAuthentication, kLogin, "E", Pattern::none, kAuthentication},
    {"audit.read", kLogUsed, kNoCode, "R", Pattern::none, kLogUsed},
    {"retention.pruned", kLogUsed, kNoCode, "D", Pattern::none, kLogUsed},
    {"start", kActivity, dicom("110120", "Application Start"), "E", Pattern::none, kActivity},
    {"stop", kActivity, dicom("110121", "Application Stop"), "E", Pattern::none, kActivity},
    {"admin.client.added", kUserAttributes, kNoCode, "C", Pattern::none, kUserAttributes},
    {"admin.client.changed", kUserAttributes, kNoCode, "U", Pattern::none, kUserAttributes},
    {"admin.client.removed", kUserAttributes, kNoCode, "D", Pattern::none, kUserAttributes},
    {"admin.configuration.changed", kSoftware, kNoCode, "U", Pattern::none, kSoftware},
    {"admin.policy.proposed", kSoftware, kNoCode, "C", Pattern::none, kSoftware},
    {"admin.policy.approved", kSoftware, kNoCode, "U", Pattern::none, kSoftware},
    {"admin.policy.changed", kSoftware, kNoCode, "U", Pattern::none, kSoftware},
    {"admin.policy.withdrawn", kSoftware, kNoCode, "D", Pattern::none, kSoftware},
    {"admin.policy.asked", kSoftware, kNoCode, "R", Pattern::none, kSoftware},
    {"admin.definitions.changed", kSoftware, kNoCode, "U", Pattern::none, kSoftware},
    {"consent.changed", kObjectAttributes, kNoCode, "U", Pattern::none, kObjectAttributes},
    {"backup.made", kExport, kNoCode, "R", Pattern::none, kExport},
    {"recovered", kAlert, kNoCode, "E", Pattern::none, kAlert},
    {"delivery", kAlert, kNoCode, "E", Pattern::none, kAlert},
    {"clock", kAlert, kNoCode, "E", Pattern::none, kAlert},
});

constexpr EventTerms kKeys{"", kObjectAttributes, kNoCode, "U", Pattern::none, kObjectAttributes};
constexpr EventTerms kOther{"", kActivity, kNoCode, "E", Pattern::none, kActivity};

}  // namespace

EventTerms const& terms_of(std::string_view event) noexcept {
    auto const* found = std::ranges::find_if(
        kTerms, [&](EventTerms const& terms) { return terms.event.text() == event; });
    if (found != kTerms.end()) return *found;
    return event.starts_with("key.") ? kKeys : kOther;
}

}  // namespace salus::audit_views
