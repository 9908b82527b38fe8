#include "request/scope.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "request/scope_constraint.h"

namespace salus::request {
namespace {

constexpr std::size_t kScopesLargest = 64;
constexpr std::string_view kAuditEvent = "AuditEvent";

bool is_type_name(std::string_view text) {
    if (text == "*") return true;
    if (text.empty() || text.size() > 64 || text[0] < 'A' || text[0] > 'Z') return false;
    return std::ranges::all_of(
        text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

struct Letter {
    char name;
    bool Scope::* member;
};
constexpr std::array<Letter, 5> kLetters{{{'c', &Scope::create},
                                          {'r', &Scope::read},
                                          {'u', &Scope::update},
                                          {'d', &Scope::remove},
                                          {'s', &Scope::search}}};

std::string_view letters_of_version_1(std::string_view permission) {
    if (permission == "read") return "rs";
    if (permission == "write") return "cud";
    if (permission == "*") return "cruds";
    return permission;
}

bool read_letters(std::string_view permission, Scope& scope) {
    permission = letters_of_version_1(permission);
    if (permission.empty()) return false;
    for (auto const& letter : kLetters) {
        if (permission.starts_with(letter.name)) {
            scope.*letter.member = true;
            permission.remove_prefix(1);
        }
    }
    return permission.empty();
}

std::optional<Scope> parse_administration(std::string_view rest) {
    Scope scope{.context = ScopeContext::administration, .type = {}};
    bool const reads_or_writes =
        rest == "clients.read" || rest == "clients.write" || rest == "users.read" ||
        rest == "users.write" || rest == "launch.write" || rest == "definitions.read" ||
        rest == "definitions.write" || rest == "keys.read" || rest == "keys.write" ||
        rest == "backups.read" || rest == "backups.write" || rest == "policies.read" ||
        rest == "policies.write";
    if (reads_or_writes) {
        scope.type = rest.substr(0, rest.find('.'));
        scope.read = rest.ends_with("read");
        scope.update = !scope.read;
        return scope;
    }
    if (rest == "check.read" || rest == "population.read" || rest == "audit.read" ||
        rest == "tokens.read") {
        scope.type = rest.substr(0, rest.find('.'));
        scope.read = true;
        return scope;
    }
    return std::nullopt;
}

// The name of the scope that permits it.
std::string_view administered(Family family) {
    switch (family) {
        case Family::definitions: return "definitions";
        case Family::clients: return "clients";
        case Family::users: return "users";
        case Family::launch: return "launch";
        case Family::keys: return "keys";
        case Family::check: return "check";
        case Family::backups: return "backups";
        case Family::policies: return "policies";
        case Family::audit_detail: return "audit";
        default: return "";
    }
}

bool has(Scope const& scope, Access access) {
    switch (access) {
        case Access::none: return false;
        case Access::read: return scope.read;
        case Access::search: return scope.search;
        case Access::create: return scope.create;
        case Access::update: return scope.update;
        case Access::remove: return scope.remove;
    }
    return false;
}

bool empty(Scope const& scope) {
    return std::ranges::none_of(kLetters, [&](Letter const& l) { return scope.*l.member; });
}

bool covers(Scope const& limit, Scope const& scope) {
    return limit.context == scope.context &&
           (limit.type == scope.type || (limit.type == "*" && scope.type != kAuditEvent));
}

void add_common_letters(Scope const& one, Scope const& other, Scope& part) {
    for (auto const& letter : kLetters) {
        if (one.*letter.member && other.*letter.member) part.*letter.member = true;
    }
}

// One part for each constraint that comes of it. What the widest one permits needs no other.
std::vector<Scope> parts_inside(Scope const& scope, std::vector<Scope> const& registered) {
    Scope whole{.context = scope.context, .type = scope.type, .constraint = scope.constraint};
    std::vector<Scope> parts;
    for (auto const& limit : registered) {
        if (!covers(limit, scope)) continue;
        auto const both = conjunction(scope.type, scope.constraint, limit.constraint);
        if (!both) continue;
        if (*both == scope.constraint) {
            add_common_letters(scope, limit, whole);
            continue;
        }
        auto part = std::ranges::find(parts, *both, &Scope::constraint);
        if (part == parts.end()) {
            parts.push_back({.context = scope.context, .type = scope.type, .constraint = *both});
            part = std::prev(parts.end());
        }
        add_common_letters(scope, limit, *part);
    }
    for (auto& part : parts) {
        for (auto const& letter : kLetters) {
            if (whole.*letter.member) part.*letter.member = false;
        }
    }
    parts.insert(parts.begin(), std::move(whole));
    return parts;
}

}  // namespace

std::string Scope::text() const {
    if (context == ScopeContext::administration) {
        return "admin/" + type + (update ? ".write" : ".read");
    }
    std::string out = context == ScopeContext::patient ? "patient/"
                      : context == ScopeContext::user  ? "user/"
                                                       : "system/";
    out += type + ".";
    for (auto const& letter : kLetters) {
        if (this->*letter.member) out.push_back(letter.name);
    }
    if (!constraint.empty()) out.append("?").append(constraint);
    return out;
}

std::optional<Scope> parse_scope(std::string_view text) {
    auto const slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    auto const context = text.substr(0, slash);
    auto const rest = text.substr(slash + 1);
    if (context == "admin") return parse_administration(rest);

    Scope scope{.context = ScopeContext::system, .type = {}};
    if (context == "patient") {
        scope.context = ScopeContext::patient;
    } else if (context == "user") {
        scope.context = ScopeContext::user;
    } else if (context != "system") {
        return std::nullopt;
    }
    auto const question = rest.find('?');
    auto const whole = rest.substr(0, question);
    auto const dot = whole.find('.');
    if (dot == std::string_view::npos || !is_type_name(whole.substr(0, dot))) return std::nullopt;
    scope.type = whole.substr(0, dot);
    auto const permission = whole.substr(dot + 1);
    if (!read_letters(permission, scope)) return std::nullopt;
    if (question == std::string_view::npos) return scope;
    // Version 1 has no constraints.
    if (letters_of_version_1(permission) != permission) return std::nullopt;
    auto constraint = canonical_constraint(scope.type, rest.substr(question + 1));
    if (!constraint) return std::nullopt;
    scope.constraint = *std::move(constraint);
    return scope;
}

std::optional<std::vector<Scope>> parse_scopes(std::string_view text) {
    std::vector<Scope> scopes;
    while (!text.empty()) {
        auto const end = std::min(text.find(' '), text.size());
        if (end > 0) {
            auto scope = parse_scope(text.substr(0, end));
            if (!scope || scopes.size() == kScopesLargest) return std::nullopt;
            scopes.push_back(*std::move(scope));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (scopes.empty()) return std::nullopt;
    return scopes;
}

std::string to_text(std::vector<Scope> const& scopes) {
    std::string out;
    for (auto const& scope : scopes) {
        if (!out.empty()) out.push_back(' ');
        out += scope.text();
    }
    return out;
}

bool allows(Scope const& scope, Interaction interaction, std::string_view type) {
    auto const& form = form_of(interaction);
    bool const clinical = scope.context != ScopeContext::administration;
    bool const on_type = scope.type == "*" || scope.type == type;
    switch (form.family) {
        case Family::resource: return clinical && on_type && has(scope, form.access);
        // By name alone: who may read every record is no auditor by that.
        case Family::audit_event:
            return clinical && scope.type == kAuditEvent && has(scope, form.access);
        // Of any leaf to auditors, which the operation looks at.
        case Family::receipt: return true;
        case Family::definitions:
        case Family::clients:
        case Family::users:
        case Family::launch:
        case Family::keys:
        case Family::check:
        case Family::backups:
        case Family::policies:
        case Family::audit_detail:
            return !clinical && scope.type == administered(form.family) && has(scope, form.access);
        // The operation asks for a person and the scope openid.
        case Family::user_info: return true;
        case Family::bundle:
        case Family::discovery:
        case Family::page:
        case Family::token: return false;
    }
    return false;
}

bool spans_patients(std::vector<Scope> const& scopes) {
    return std::ranges::any_of(scopes, [](Scope const& scope) {
        return scope.context == ScopeContext::administration && scope.type == "population" &&
               scope.read;
    });
}

std::vector<Scope> intersect(std::vector<Scope> const& asked,
                             std::vector<Scope> const& registered) {
    std::vector<Scope> granted;
    for (auto const& scope : asked) {
        for (auto& part : parts_inside(scope, registered)) {
            if (!empty(part) && granted.size() < kScopesLargest) granted.push_back(std::move(part));
        }
    }
    return granted;
}

}  // namespace salus::request
