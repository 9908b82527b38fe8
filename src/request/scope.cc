#include "request/scope.h"

#include <algorithm>
#include <array>

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
    if (rest == "clients.write") {
        scope.type = "clients";
        scope.update = true;
        return scope;
    }
    bool const reads_or_writes = rest == "definitions.read" || rest == "definitions.write" ||
                                 rest == "keys.read" || rest == "keys.write" ||
                                 rest == "backups.read" || rest == "backups.write";
    if (reads_or_writes) {
        scope.type = rest.substr(0, rest.find('.'));
        scope.read = rest.ends_with("read");
        scope.update = !scope.read;
        return scope;
    }
    if (rest == "check.read" || rest == "population.read" || rest == "audit.read") {
        scope.type = rest.substr(0, rest.find('.'));
        scope.read = true;
        return scope;
    }
    return std::nullopt;
}

bool empty(Scope const& scope) {
    return std::ranges::none_of(kLetters, [&](Letter const& l) { return scope.*l.member; });
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
    auto const dot = rest.find('.');
    if (dot == std::string_view::npos || !is_type_name(rest.substr(0, dot))) return std::nullopt;
    scope.type = rest.substr(0, dot);
    if (!read_letters(rest.substr(dot + 1), scope)) return std::nullopt;
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
    bool const on_type = scope.type == "*" || scope.type == type;
    bool const clinical = scope.context != ScopeContext::administration;
    switch (interaction) {
        case Interaction::read:
        case Interaction::vread:
        case Interaction::history_instance: return clinical && on_type && scope.read;
        case Interaction::update: return clinical && on_type && scope.update;
        case Interaction::remove: return clinical && on_type && scope.remove;
        case Interaction::create: return clinical && on_type && scope.create;
        case Interaction::search_type: return clinical && on_type && scope.search;
        // Who may create it may ask whether it is right; nothing stored is looked at.
        case Interaction::validate: return clinical && on_type && scope.create;
        case Interaction::definitions_list:
            return !clinical && scope.type == "definitions" && scope.read;
        case Interaction::definitions_load:
        case Interaction::definitions_remove:
            return !clinical && scope.type == "definitions" && scope.update;
        case Interaction::key_status:
        case Interaction::custodians_read:
        case Interaction::proposal_draft:
        case Interaction::proposal_list:
        case Interaction::proposal_read:
        case Interaction::hold_list: return !clinical && scope.type == "keys" && scope.read;
        case Interaction::key_rotation:
        case Interaction::custodians_set:
        case Interaction::proposal_add:
        case Interaction::ballot_add:
        case Interaction::proposal_execute:
        case Interaction::keys_seal:
        case Interaction::hold_place: return !clinical && scope.type == "keys" && scope.update;
        case Interaction::client_add: return !clinical && scope.type == "clients" && scope.update;
        case Interaction::control_check: return !clinical && scope.type == "check" && scope.read;
        case Interaction::backup_state: return !clinical && scope.type == "backups" && scope.read;
        case Interaction::backup_begin:
        case Interaction::backup_drill_report:
            return !clinical && scope.type == "backups" && scope.update;
        // By name alone: who may read every record is no auditor by that.
        case Interaction::audit_event:
        case Interaction::access_report:
        case Interaction::accounting: return clinical && scope.type == kAuditEvent && scope.read;
        case Interaction::audit_search:
            return clinical && scope.type == kAuditEvent && scope.search;
        // Of the caller's own request; of any leaf to auditors, which the operation looks at.
        case Interaction::audit_proof: return true;
        case Interaction::audit_details: return !clinical && scope.type == "audit" && scope.read;
        // Decided by their parts (parts_of).
        case Interaction::patch:
        case Interaction::everything:
        case Interaction::meta:
        case Interaction::meta_add:
        case Interaction::meta_delete:
        case Interaction::history_type:
        case Interaction::history_system:
        // Bundles are decided entry by entry; public routes need no scope.
        case Interaction::transaction:
        case Interaction::batch:
        case Interaction::capabilities:
        case Interaction::open_api:
        case Interaction::token:
        case Interaction::authorization_server_metadata:
        case Interaction::smart_configuration:
        case Interaction::json_web_key_set: return false;
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
        Scope part{.context = scope.context, .type = scope.type};
        for (auto const& limit : registered) {
            bool const covers =
                limit.context == scope.context &&
                (limit.type == scope.type || (limit.type == "*" && scope.type != kAuditEvent));
            if (!covers) continue;
            for (auto const& letter : kLetters) {
                if (scope.*letter.member && limit.*letter.member) part.*letter.member = true;
            }
        }
        if (!empty(part)) granted.push_back(std::move(part));
    }
    return granted;
}

}  // namespace salus::request
