// SMART App Launch 2.2 scopes, version 2 grammar (AZ-6):
//   (patient|user|system)/(Type|*).(c)(r)(u)(d)(s)
// letters a non-empty subset of "cruds" in that order; and Salus's own scopes for administration,
// admin/clients, admin/users, admin/definitions, admin/keys, admin/backups and admin/policies with
// .read and .write; admin/check.read; admin/audit.read, which opens the sealed details of the audit
// log; admin/population.read, which lets reading span patients (MIN-3); admin/tokens.read, which
// lets a service introspect every client's tokens; admin/launch.write, with which an EHR opens
// apps. The scopes on AuditEvent must be named: "*" is every record, and the audit log is none. A
// scope that is not exactly one of these is refused, never reinterpreted. Behind the letters of a
// version 2 scope a constraint may stand, ?param=value (scope_constraint.h); one that cannot be
// evaluated refuses the scope (rule SC4).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "request/interaction.h"

namespace salus::request {

enum class ScopeContext : std::uint8_t { patient, user, system, administration };

struct Scope {
    ScopeContext context;
    std::string type;  // a FHIR resource type, "*", "clients", "definitions", "backups",
                       // "population", "check", "audit", "tokens", "users", "policies"
    bool create = false;
    bool read = false;    // read, vread, history of an instance; for administration: .read
    bool update = false;  // for administration: .write
    bool remove = false;
    bool search = false;
    // Of a granular scope the query behind '?', in its one spelling; empty: none.
    std::string constraint{};

    [[nodiscard]] std::string text() const;
    friend bool operator==(Scope const&, Scope const&) = default;
};

// v1 scopes (.read, .write, .*) are accepted and mapped: read -> rs, write -> cud, * -> cruds.
[[nodiscard]] std::optional<Scope> parse_scope(std::string_view text);
// Space-separated (RFC 6749 section 3.3); nothing if any scope is refused.
[[nodiscard]] std::optional<std::vector<Scope>> parse_scopes(std::string_view text);
[[nodiscard]] std::string to_text(std::vector<Scope> const& scopes);

// Whether `scope` allows this interaction on this type, context and constraint aside.
[[nodiscard]] bool allows(Scope const& scope, Interaction interaction, std::string_view type);
// Whether a search or a history may span patients (MIN-3), as far as scopes say.
[[nodiscard]] bool spans_patients(std::vector<Scope> const& scopes);
// What of `asked` lies inside `registered`: the part of each asked scope that registered scopes of
// the same context cover, letter by letter and under both constraints. 64 scopes at most.
[[nodiscard]] std::vector<Scope> intersect(std::vector<Scope> const& asked,
                                           std::vector<Scope> const& registered);

}  // namespace salus::request
