#include "minimum_necessary/narrowing.h"

#include <algorithm>

#include "fhir/bundle.h"
#include "fhir/definitions.h"
#include "fhir/operation_outcome.h"
#include "jose/algorithm.h"
#include "jose/dpop.h"
#include "json/writer.h"
#include "minimum_necessary/element_filter.h"
#include "pages/frame.h"
#include "request/redisclosure_notice.h"

namespace salus::minimum_necessary {
namespace {

using request::AllowedElements;
using request::Prepared;

fhir::BundleType bundle_type(request::BundleKind kind) {
    switch (kind) {
        case request::BundleKind::searchset: return fhir::BundleType::searchset;
        case request::BundleKind::history: return fhir::BundleType::history;
        case request::BundleKind::transaction_response:
            return fhir::BundleType::transaction_response;
        case request::BundleKind::batch_response: return fhir::BundleType::batch_response;
    }
    return fhir::BundleType::searchset;
}

fhir::BundleWriter::Entry bundle_entry(request::BundleKind kind,
                                       request::EntryContent const& content,
                                       std::string_view resource, std::string_view etag) {
    fhir::BundleWriter::Entry entry;
    entry.full_url = content.full_url;
    entry.resource = resource;
    if (kind == request::BundleKind::searchset) {
        entry.search_mode = content.included ? Literal("include") : Literal("match");
        return entry;
    }
    entry.method = content.request_method;
    entry.url = content.request_url;
    entry.status = content.response_status;
    entry.location = content.location;
    entry.etag = etag;
    entry.modified = content.last_modified;
    return entry;
}

// Which elements of an entry may leave; each type was decided by itself. nullptr: none of its type,
// which is a fault of the operation.
AllowedElements const* allowed_for(request::BundleContent const& bundle,
                                   request::EntryContent const& content,
                                   request::Permit const& permit) {
    if (bundle.kind == request::BundleKind::transaction_response)
        return &permit.elements_of_entry(content.decided_by);
    bool const is_own = !content.included && content.type == permit.intent().type &&
                        permit.intent().interaction != request::Interaction::everything;
    if (is_own) return &permit.elements();
    return permit.elements_of_type(content.type);
}

std::string status_line(int status) {
    return std::to_string(status) + " " + std::string(http::reason_phrase(status));
}

// Of an answer that stands for itself: an error, or what Prefer: return=OperationOutcome asked for.
// A stored OperationOutcome has an id there.
bool is_outcome(http::Response const& response, std::string_view body) {
    return response.status >= 400 ||
           body.starts_with(R"({"resourceType":"OperationOutcome","issue")");
}

bool bears_notice(request::EntryContent const& entry) {
    return entry.bears_notice ||
           (entry.answered && entry.answered->headers.count(request::kNoticeHeader) > 0);
}

// The answer as a whole is then accompanied by the notice (42 CFR 2.32).
bool bears_notice(Prepared const& prepared) {
    if (auto const* resource = std::get_if<request::ResourceContent>(&prepared.content))
        return resource->bears_notice;
    if (auto const* meta = std::get_if<request::MetaContent>(&prepared.content))
        return meta->bears_notice;
    auto const* bundle = std::get_if<request::BundleContent>(&prepared.content);
    return bundle != nullptr &&
           std::ranges::any_of(bundle->entries, [](request::EntryContent const& entry) {
               return bears_notice(entry);
           });
}

std::string notice_outcome() {
    return fhir::operation_outcome_success(request::kRedisclosureNotice);
}

// An answer of its own as the entry of a bundle.
void add_answered(fhir::BundleWriter& writer, http::Response const& response, std::string_view body,
                  std::string_view notice) {
    auto const status = status_line(response.status);
    auto const& headers = response.headers;
    fhir::BundleWriter::Entry entry;
    entry.status = status;
    entry.outcome = notice;
    entry.location = headers.get("Location").value_or("");
    entry.etag = headers.get("ETag").value_or("");
    entry.modified = from_http_date(headers.get("Last-Modified").value_or(""));
    (is_outcome(response, body) ? entry.outcome : entry.resource) = body;
    writer.entry(entry);
}

constexpr std::string_view kErrorTitle = "This did not work";
constexpr std::string_view kWayOn = "Sign in, or see your account";

std::string_view oauth_code(Errc code) {
    if (code == Errc::unauthenticated) return "invalid_client";
    if (code == Errc::unavailable || code == Errc::rate_limited) return "temporarily_unavailable";
    return "invalid_request";
}

// Errors are clauses; people read sentences.
std::string sentence_of(std::string_view clause) {
    std::string sentence(clause);
    if (sentence.empty()) return sentence;
    auto& first = sentence.front();
    if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
    if (!sentence.ends_with('.')) sentence.push_back('.');
    return sentence;
}

std::string error_body(Error const& error, RefusedRequest const& request, int status) {
    std::string out;
    switch (request.form) {
        case ErrorForm::operation_outcome: return fhir::operation_outcome(error);
        case ErrorForm::oauth:
            out.append(R"({"error":")").append(oauth_code(error.code));
            out.append(R"(","error_description":)");
            break;
        case ErrorForm::problem:
            out.append(R"({"status":)").append(std::to_string(status)).append(R"(,"title":)");
            break;
        case ErrorForm::page:
            return pages::message_page(kErrorTitle, sentence_of(error.why.text()),
                                       {request.issuer + "/account", kWayOn});
    }
    json::append_quoted(out, error.why.text());
    out.push_back('}');
    return out;
}

std::string_view media_type(ErrorForm form) {
    switch (form) {
        case ErrorForm::operation_outcome: return "application/fhir+json";
        case ErrorForm::oauth: return "application/json";
        case ErrorForm::problem: return "application/problem+json";
        case ErrorForm::page: return pages::kMediaType;
    }
    return "application/json";
}

}  // namespace

Result<std::string> Narrowing::narrow_resource(std::string_view type, std::string text,
                                               AllowedElements const& allowed,
                                               request::RequestedElements const& requested,
                                               bool bears_notice) {
    bool const everything = allowed.all && requested.names.empty() && !bears_notice &&
                            requested.summary == request::SummaryForm::none;
    if (everything) return text;
    auto const* definition = fhir::find_resource_type(type);
    if (definition == nullptr) return fail(Errc::corrupt, "a stored resource has no known type");
    SALUS_TRY(auto const document, parser_.index(std::move(text)));
    return ElementFilter(*definition, allowed, requested).apply(document.root(), bears_notice);
}

Result<EphiText> Narrowing::render_bundle(request::BundleContent& bundle,
                                          request::Permit const& permit,
                                          request::Exchange const& exchange) {
    fhir::BundleWriter writer(bundle_type(bundle.kind), exchange.id.text(), exchange.started);
    if (bundle.total) writer.total(*bundle.total);
    if (!bundle.self_link.empty()) writer.link("self", bundle.self_link.reveal({}));
    if (!bundle.next_link.empty()) writer.link("next", bundle.next_link);
    request::RequestedElements const whole;
    auto const notice = notice_outcome();
    bool noticed = false;
    for (auto& content : bundle.entries) {
        if (content.answered) {
            auto const& answered = *content.answered;
            add_answered(writer, answered, answered.body.reveal({}),
                         bears_notice(content) ? std::string_view(notice) : "");
            continue;
        }
        // What came along was not asked for by its elements.
        auto const& requested = content.included ? whole : permit.intent().elements;
        std::string resource;
        if (!content.text.empty()) {
            auto const* allowed = allowed_for(bundle, content, permit);
            if (allowed == nullptr) return fail(Errc::internal, "an entry was not decided");
            SALUS_TRY(resource, narrow_resource(content.type, std::move(content.text).take({}),
                                                *allowed, requested, content.bears_notice));
        }
        std::string etag;
        if (content.version > 0) etag = "W/\"" + std::to_string(content.version) + "\"";
        auto entry = bundle_entry(bundle.kind, content, resource, etag);
        entry.outcome = content.outcome.reveal({});
        if (content.bears_notice && entry.outcome.empty()) entry.outcome = notice;
        noticed = noticed || content.bears_notice;
        writer.entry(entry);
        scrub(resource);
    }
    bool const tells_notice = noticed && bundle.kind == request::BundleKind::searchset;
    for (std::string_view const outcome :
         {std::string_view(bundle.outcome), tells_notice ? std::string_view(notice) : ""}) {
        if (outcome.empty()) continue;
        fhir::BundleWriter::Entry entry;
        entry.resource = outcome;
        entry.search_mode = "outcome";
        writer.entry(entry);
    }
    return std::move(writer).finish();
}

Result<request::Disclosable> Narrowing::narrow(Prepared& prepared, request::Permit const& permit,
                                               request::Exchange const& exchange) {
    http::Response response;
    response.status = prepared.status;
    response.headers = std::move(prepared.headers);
    if (bears_notice(prepared))
        response.headers.set(request::kNoticeHeader, request::kRedisclosureNotice.text());
    if (auto* plain = std::get_if<request::PlainContent>(&prepared.content)) {
        response.body = EphiText(std::move(plain->text));
    } else if (auto* resource = std::get_if<request::ResourceContent>(&prepared.content)) {
        SALUS_TRY(auto text, narrow_resource(resource->type, std::move(resource->text).take({}),
                                             permit.elements(), permit.intent().elements,
                                             resource->bears_notice));
        response.body = EphiText(std::move(text));
    } else if (auto* meta = std::get_if<request::MetaContent>(&prepared.content)) {
        response.body = std::move(meta->text);
    } else if (auto* report = std::get_if<request::ReportContent>(&prepared.content)) {
        response.body = std::move(report->text);
    } else if (auto* page = std::get_if<request::PageContent>(&prepared.content)) {
        response.body = std::move(page->text);
    } else if (auto* bundle = std::get_if<request::BundleContent>(&prepared.content)) {
        SALUS_TRY(response.body, render_bundle(*bundle, permit, exchange));
    }
    if (permit.intent().pretty && !response.body.empty()) {
        response.body = EphiText(json::pretty(response.body.reveal({})));
    }
    return request::Disclosable(std::move(response), exchange.id);
}

namespace {

std::string_view error_parameter(request::CredentialError error) {
    switch (error) {
        case request::CredentialError::none: break;
        case request::CredentialError::invalid_token: return ", error=\"invalid_token\"";
        case request::CredentialError::invalid_dpop_proof: return ", error=\"invalid_dpop_proof\"";
        case request::CredentialError::use_dpop_nonce: return ", error=\"use_dpop_nonce\"";
        case request::CredentialError::insufficient_user_authentication:
            return ", error=\"insufficient_user_authentication\"";
    }
    return "";
}

// RFC 9470 section 3: how the person would have to sign in.
std::string needed_authentication(request::Challenge const& challenge) {
    std::string out;
    if (!challenge.acr_values.empty())
        out.append(", acr_values=\"").append(challenge.acr_values.text()).append("\"");
    if (challenge.max_age.count() > 0)
        out.append(", max_age=\"").append(std::to_string(challenge.max_age.count())).append("\"");
    return out;
}

// RFC 6750 section 3, RFC 9449 section 7.1. The scheme that was used comes first, with what was
// wrong; the other is offered.
std::string challenge_text(RefusedRequest const& request) {
    auto const error = error_parameter(request.challenge.error);
    bool const dpop = request.challenge.dpop;
    std::string bearer = "Bearer realm=\"" + request.issuer + "\"";
    std::string proven = "DPoP realm=\"" + request.issuer + "\"";
    proven.append(", algs=\"").append(jose::algorithm_names(jose::dpop_algorithms(), " "));
    proven.push_back('"');
    (dpop ? proven : bearer).append(error).append(needed_authentication(request.challenge));
    return dpop ? proven + ", " + bearer : bearer + ", " + proven;
}

}  // namespace

request::Disclosable Narrowing::refusal(Error const& error, RefusedRequest const& request) {
    http::Response response;
    response.status = fhir::http_status(error.code);
    response.headers.set("Content-Type", media_type(request.form));
    if (request.form == ErrorForm::page) pages::add_headers(response.headers, {});
    if (error.code == Errc::unauthenticated && request.form != ErrorForm::page) {
        response.headers.set("WWW-Authenticate", challenge_text(request));
        if (request.challenge.error == request::CredentialError::use_dpop_nonce)
            response.headers.set("DPoP-Nonce", request.challenge.dpop_nonce);
    }
    if (error.code == Errc::method_not_allowed)
        response.headers.set("Allow", request.allowed_methods);
    if (error.code == Errc::unavailable || error.code == Errc::rate_limited)
        response.headers.set("Retry-After", "5");
    response.body = EphiText(error_body(error, request, response.status));
    return {std::move(response), request.id};
}

}  // namespace salus::minimum_necessary
