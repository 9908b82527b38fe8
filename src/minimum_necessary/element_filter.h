// Which top-level elements of a resource may leave, and the copy that has only those. Works on
// spans of the stored text, so what is kept is byte-equal to what was stored.
#pragma once

#include <string>

#include "fhir/definitions.h"
#include "json/document.h"
#include "request/permit.h"

namespace salus::minimum_necessary {

class ElementFilter {
public:
    // Borrows its arguments.
    ElementFilter(fhir::Type const& type, request::AllowedElements const& allowed,
                  request::RequestedElements const& requested)
        : type_(type), allowed_(allowed), requested_(requested) {}
    // What is borrowed must outlive the filter: temporaries are refused.
    ElementFilter(fhir::Type const& type, request::AllowedElements&& allowed,
                  request::RequestedElements const& requested) = delete;
    ElementFilter(fhir::Type const& type, request::AllowedElements const& allowed,
                  request::RequestedElements&& requested) = delete;

    // Cut resources carry the tag SUBSETTED when the caller asked for less, and the security label
    // REDACTED when the policy withheld something. What `bears_notice` carries the label that
    // request/redisclosure_notice.h says.
    [[nodiscard]] std::string apply(json::Value resource, bool bears_notice = false) const;

private:
    // By JSON name; "_birthDate" follows "birthDate".
    [[nodiscard]] bool permitted(std::string_view name) const;
    [[nodiscard]] bool asked_for(std::string_view name) const;

    fhir::Type const& type_;
    request::AllowedElements const& allowed_;
    request::RequestedElements const& requested_;
};

}  // namespace salus::minimum_necessary
