// The class of this room that opens what a client sent: target, form and body.
#pragma once

#include <string_view>

#include "consent/consent_rules.h"
#include "http/message.h"
#include "records/records.h"

namespace salus::operations {

class RequestReader {
public:
    [[nodiscard]] static std::string_view target(http::Request const& request) {
        return request.target.reveal({});
    }
    [[nodiscard]] static std::string_view form(http::Request const& request) {
        return request.body.reveal({});
    }
    // The body leaves the request: it is parsed in place.
    [[nodiscard]] static EphiText take_body(http::Request& request) {
        return std::move(request.body);
    }
    [[nodiscard]] static std::string_view id(EphiText const& text) { return text.reveal({}); }
    [[nodiscard]] static BytesView entry(Ephi<Bytes> const& entry) { return entry.reveal({}); }
    [[nodiscard]] static json::Value root(fhir::ResourceView const& view) { return view.root({}); }
    [[nodiscard]] static consent::ResourceFacts consent_facts(fhir::ResourceView const& view) {
        return consent::facts_of(view, {});
    }
    [[nodiscard]] static consent::ConsentRules consent_rules(
        std::span<fhir::ResourceView const> consents, std::span<fhir::ResourceView const> outside,
        consent::ConsentSettings const& settings, std::size_t unreadable) {
        return consent::ConsentRules::of(consents, settings, {}, unreadable, outside);
    }
};

}  // namespace salus::operations
