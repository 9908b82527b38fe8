// What is asked of the audit log, read off a request. A value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fhir/date_time.h"

namespace salus::request {

// What is empty or absent says nothing.
struct AuditQuery {
    std::optional<std::uint64_t> index;  // of one leaf, or of the first
    std::size_t count = 0;               // leaves; 0: the default
    std::optional<fhir::TimeRange> time;
    std::string client;          // agent:identifier
    std::string entity;          // entity:identifier: a request id, or a document's address
    std::string action;          // C, R, U, D, E
    std::string outcome;         // "ok", "denied", "error"
    std::string subtype;         // a code
    std::string policy;          // one of what decided: a rule, "duty:" and a duty
    bool names_patient = false;  // the query has a patient; he is the intent's compartment
    // Reports
    bool exempt_too = false;
    bool as_page = false;  // to print
};

}  // namespace salus::request
