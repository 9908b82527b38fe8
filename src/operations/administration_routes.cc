#include "operations/administration_routes.h"

#include "crypto/hash.h"
#include "fhir/packages/package.h"
#include "operations/parameters.h"
#include "operations/preconditions.h"
#include "operations/route_forms.h"

namespace salus::operations {
namespace {

using request::IntentFacts;
using request::Interaction;

// GET lists, POST adds: /admin/clients, /admin/users.
Result<IntentFacts> list_or_add(http::Request const& request, Interaction list, Interaction add) {
    if (is_read(request.method)) return facts_of(list);
    SALUS_TRY(auto facts, only(http::Method::post, request.method, add));
    SALUS_TRY_VOID(check_json_content_type(request));
    return facts;
}

Result<IntentFacts> route_clients(http::Request const& request,
                                  std::span<std::string const> segments) {
    if (segments.empty())
        return list_or_add(request, Interaction::client_list, Interaction::client_add);
    if (segments.size() != 1) return no_such_route();
    SALUS_TRY(auto facts, only(http::Method::remove, request.method, Interaction::client_remove));
    facts.id = EphiText(segments[0]);
    return facts;
}

Result<IntentFacts> route_users(http::Request const& request,
                                std::span<std::string const> segments) {
    if (segments.empty())
        return list_or_add(request, Interaction::user_list, Interaction::user_add);
    if (segments.size() != 1) return no_such_route();
    SALUS_TRY(auto facts, only(http::Method::post, request.method, Interaction::user_change));
    SALUS_TRY_VOID(check_json_content_type(request));
    facts.id = EphiText(segments[0]);
    return facts;
}

// How the policy is changed: /admin/policy/versions...
Result<IntentFacts> route_policy_versions(http::Request const& request,
                                          std::span<std::string const> segments) {
    if (segments.empty())
        return list_or_add(request, Interaction::policy_versions, Interaction::policy_propose);
    auto const number = parse_number(segments[0]);
    if (!number || *number == 0 || segments.size() > 2) return no_such_route();
    auto facts = facts_of(Interaction::policy_version);
    if (segments.size() == 1 && request.method == http::Method::remove) {
        facts.interaction = Interaction::policy_withdraw;
    } else if (segments.size() == 1) {
        SALUS_TRY(facts, only(http::Method::get, request.method, Interaction::policy_version));
    } else if (segments[1] == "replay") {
        SALUS_TRY(facts, json_to(request, Interaction::policy_replay));
    } else if (segments[1] == "approve") {
        SALUS_TRY(facts, json_to(request, Interaction::policy_approve));
    } else if (segments[1] == "activate") {
        SALUS_TRY(facts, json_to(request, Interaction::policy_activate));
    } else {
        return no_such_route();
    }
    facts.version = *number;
    return facts;
}

// Questions about the policy in force, and its changes: /admin/policy...
Result<IntentFacts> route_policy(http::Request const& request,
                                 std::span<std::string const> segments) {
    if (segments.empty()) return only(http::Method::get, request.method, Interaction::policy_read);
    if (segments.front() == "versions") return route_policy_versions(request, segments.subspan(1));
    if (segments.size() != 1) return no_such_route();
    if (segments.front() == "document")
        return only(http::Method::get, request.method, Interaction::policy_document);
    if (segments.front() == "explain") return json_to(request, Interaction::policy_explain);
    return no_such_route();
}

Result<IntentFacts> route_backups(http::Request const& request,
                                  std::span<std::string const> segments) {
    bool const drills = segments.size() == 3 && segments[2] == "drills";
    if (segments.size() != 2 && !drills) return no_such_route();
    if (!drills && request.method == http::Method::get) return facts_of(Interaction::backup_state);
    SALUS_TRY(auto facts,
              only(http::Method::post, request.method,
                   drills ? Interaction::backup_drill_report : Interaction::backup_begin));
    SALUS_TRY_VOID(check_json_content_type(request));
    return facts;
}

Result<IntentFacts> route_definitions(http::Method method, std::span<std::string const> segments) {
    if (segments.size() == 2 && method == http::Method::post)
        return facts_of(Interaction::definitions_load);
    if (segments.size() == 2) return only(http::Method::get, method, Interaction::definitions_list);
    if (segments.size() > 3) return no_such_route();
    if (!fhir::is_package_id(segments[2])) return fail(Errc::invalid, "packages are NAME@VERSION");
    if (method != http::Method::remove) return wrong_method();
    auto facts = facts_of(Interaction::definitions_remove);
    facts.id = EphiText(segments[2]);
    return facts;
}

// /admin/keys/proposals/HASH...
Result<IntentFacts> route_proposal(http::Request const& request,
                                   std::span<std::string const> segments) {
    auto const hash = from_hex(segments[1]);
    if (!hash || hash->size() != sizeof(crypto::Sha256Digest) || to_hex(*hash) != segments[1])
        return fail(Errc::invalid, "a proposal is named by its SHA-256 in hexadecimal");
    auto facts = facts_of(Interaction::proposal_read);
    facts.id = EphiText(segments[1]);
    if (segments.size() == 2) {
        if (!is_read(request.method)) return wrong_method();
        return facts;
    }
    bool const posts = request.method == http::Method::post;
    if (segments[2] == "ballots") {
        facts.interaction = Interaction::ballot_add;
        if (posts) {
            SALUS_TRY_VOID(check_json_content_type(request));
        }
    } else if (segments[2] == "execute") {
        facts.interaction = Interaction::proposal_execute;
    } else {
        return no_such_route();
    }
    if (!posts) return wrong_method();
    return facts;
}

// State and rotation, and what several people decide: /admin/keys...
Result<IntentFacts> route_keys(http::Request const& request,
                               std::span<std::string const> segments) {
    auto const method = request.method;
    if (segments.empty()) return only(http::Method::get, method, Interaction::key_status);
    bool const posts = method == http::Method::post;
    auto const either = [&](Interaction by_get, Interaction by_post) -> Result<IntentFacts> {
        if (posts) {
            SALUS_TRY_VOID(check_json_content_type(request));
        }
        return only(posts ? http::Method::post : http::Method::get, method,
                    posts ? by_post : by_get);
    };
    auto const& what = segments.front();
    if (what == "proposals" && (segments.size() == 2 || segments.size() == 3))
        return route_proposal(request, segments);
    if (segments.size() != 1) return no_such_route();
    if (what == "custodians")
        return either(Interaction::custodians_read, Interaction::custodians_set);
    if (what == "holds") return either(Interaction::hold_list, Interaction::hold_place);
    if (what == "proposals") return either(Interaction::proposal_list, Interaction::proposal_add);
    if (what == "seal") return only(http::Method::post, method, Interaction::keys_seal);
    if (what != "drafts" && what != "rotation") return no_such_route();
    if (!posts) return wrong_method();
    auto const interaction =
        what == "drafts" ? Interaction::proposal_draft : Interaction::key_rotation;
    return either(interaction, interaction);
}

}  // namespace

Result<IntentFacts> route_administration(http::Request const& request,
                                         std::span<std::string const> segments) {
    auto const& what = segments[1];
    auto const rest = segments.subspan(2);
    if (what == "clients") return route_clients(request, rest);
    if (what == "users") return route_users(request, rest);
    if (what == "policy") return route_policy(request, rest);
    if (what == "definitions") return route_definitions(request.method, segments);
    if (what == "keys") return route_keys(request, rest);
    if (what == "backups") return route_backups(request, segments);
    if (what == "check" && rest.empty())
        return only(http::Method::get, request.method, Interaction::control_check);
    return no_such_route();
}

}  // namespace salus::operations
