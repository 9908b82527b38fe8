#include "fhir/operation_outcome.h"

#include "json/writer.h"

namespace salus::fhir {
namespace {

std::string outcome(Literal severity, Literal code, Literal diagnostics, std::string_view where) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().key("resourceType").string("OperationOutcome");
    writer.key("issue").begin_array().begin_object();
    writer.key("severity").string(severity.text());
    writer.key("code").string(code.text());
    if (!diagnostics.empty()) writer.key("diagnostics").string(diagnostics.text());
    if (!where.empty()) writer.key("expression").begin_array().string(where).end_array();
    writer.end_object().end_array().end_object();
    return out;
}

Literal severity_code(IssueSeverity severity) {
    switch (severity) {
        case IssueSeverity::error: return "error";
        case IssueSeverity::warning: return "warning";
        case IssueSeverity::information: return "information";
    }
    return "error";
}

void write_issue(json::Writer& writer, Issue const& issue) {
    writer.begin_object().key("severity").string(severity_code(issue.severity).text());
    writer.key("code").string(issue.code.text());
    auto diagnostics = std::string(issue.text.text());
    if (!issue.detail.text().empty())
        diagnostics.append(" (").append(issue.detail.text()).append(")");
    writer.key("diagnostics").string(diagnostics);
    auto const& where = issue.where.path();
    if (!where.empty()) writer.key("expression").begin_array().string(where).end_array();
    writer.end_object();
}

}  // namespace

int http_status(Errc code) noexcept {
    switch (code) {
        case Errc::invalid: return 400;
        case Errc::unauthenticated: return 401;
        case Errc::forbidden: return 403;
        case Errc::not_found: return 404;
        case Errc::method_not_allowed: return 405;
        case Errc::not_acceptable: return 406;
        case Errc::timeout: return 408;
        case Errc::conflict: return 409;
        case Errc::gone: return 410;
        case Errc::precondition_failed: return 412;
        case Errc::too_large: return 413;
        case Errc::unsupported_media_type: return 415;
        case Errc::unprocessable: return 422;
        case Errc::rate_limited: return 429;
        case Errc::not_supported: return 501;
        case Errc::unavailable: return 503;
        case Errc::corrupt:
        case Errc::internal: return 500;
    }
    return 500;
}

Literal issue_type(Errc code) noexcept {
    switch (code) {
        case Errc::invalid: return "invalid";
        case Errc::unauthenticated: return "login";
        case Errc::forbidden: return "forbidden";
        case Errc::not_found: return "not-found";
        case Errc::method_not_allowed:
        case Errc::not_acceptable:
        case Errc::unsupported_media_type:
        case Errc::not_supported: return "not-supported";
        case Errc::timeout: return "timeout";
        case Errc::conflict:
        case Errc::precondition_failed: return "conflict";
        case Errc::gone: return "deleted";
        case Errc::too_large: return "too-long";
        case Errc::unprocessable: return "processing";
        case Errc::rate_limited: return "throttled";
        case Errc::unavailable: return "transient";
        case Errc::corrupt:
        case Errc::internal: return "exception";
    }
    return "exception";
}

std::string operation_outcome(IssueList const& issues) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().key("resourceType").string("OperationOutcome");
    writer.key("issue").begin_array();
    for (auto const& issue : issues.issues()) write_issue(writer, issue);
    writer.end_array().end_object();
    return out;
}

std::string operation_outcome(Error const& error) {
    if (error.issues) return operation_outcome(*error.issues);
    return outcome("error", issue_type(error.code), error.why, error.where.path());
}

std::string operation_outcome_warning(Literal what) {
    return outcome("warning", "not-supported", what, {});
}

std::string operation_outcome_success(Literal what) {
    return outcome("information", "informational", what, {});
}

}  // namespace salus::fhir
