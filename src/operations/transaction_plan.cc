// https://hl7.org/fhir/R4/http.html#trules
#include "operations/transaction_plan.h"

#include <array>
#include <unordered_set>

#include "crypto/random.h"
#include "operations/condition.h"
#include "operations/request_reader.h"
#include "operations/search.h"
#include "operations/transaction.h"
#include "operations/written.h"

namespace salus::operations {
namespace {

using request::IntentFacts;
using request::Interaction;

// The order in which HTTP methods of a transaction are done.
enum class Turn : std::uint8_t { deletes, creates, updates, reads };
constexpr std::array kTurns{Turn::deletes, Turn::creates, Turn::updates, Turn::reads};

Turn turn_of(IntentFacts const& facts) {
    if (facts.interaction == Interaction::remove) return Turn::deletes;
    if (facts.interaction == Interaction::create) return Turn::creates;
    bool const changes =
        facts.interaction == Interaction::update || facts.interaction == Interaction::patch;
    return changes ? Turn::updates : Turn::reads;
}

class Planner {
public:
    Planner(Context const& context, request::Permit const& permit)
        : context_(context), permit_(permit) {}

    Result<Plan> run() {
        plan_.entries.resize(permit_.entries().size());
        for (auto const turn : kTurns) {
            for (std::size_t i = 0; i < permit_.entries().size(); ++i) {
                auto const& facts = permit_.entries()[i].facts();
                if (!facts.reference.empty() || turn_of(facts) != turn) continue;
                if (auto done = entry(facts, plan_.entries[i]); !done) {
                    return fail(in_entry(std::move(done).error(), i));
                }
            }
        }
        if (!mixed_bases_) plan_.references.merge(relative_);
        SALUS_TRY_VOID(resolve_references());
        return std::move(plan_);
    }

private:
    Result<void> entry(IntentFacts const& facts, Planned& planned) {
        plan_.names_versions = plan_.names_versions || facts.if_match.has_value();
        planned.id = RequestReader::id(facts.id);
        if (turn_of(facts) == Turn::reads) return read(facts, planned);
        std::optional<std::string> match;
        if (facts.condition) {
            SALUS_TRY(auto conditioned, resolve_condition(context_, facts, deleted_));
            match = std::move(conditioned.id);
            planned.guard = std::move(conditioned.guard);
        }
        SALUS_TRY_VOID(choose(facts, match, planned));
        if (!planned.id.empty() && !planned.id_is_new) {
            SALUS_TRY(planned.current, current(facts, planned));
        }
        SALUS_TRY_VOID(check(facts, planned));
        return claim(facts, planned);
    }

    // Which resource, and what is done to it.
    Result<void> choose(IntentFacts const& facts, std::optional<std::string> const& match,
                        Planned& planned) {
        bool const by_condition = facts.condition != nullptr;
        if (match) planned.id = *match;
        switch (facts.interaction) {
            case Interaction::create:
                planned.act = match ? Act::none : Act::create;
                if (!match) make_id(planned);
                return {};
            case Interaction::remove:
                planned.act = by_condition && !match ? Act::none : Act::erase;
                return {};
            case Interaction::patch:
                planned.act = Act::patch;
                if (by_condition && !match) {
                    return fail(Errc::not_found, "no resource matches the condition");
                }
                return {};
            default: break;
        }
        planned.act = Act::update;
        auto const stated = facts.resource->id();
        if (match && stated && stated != match) {
            return fail(Errc::invalid, "the resource's id is not that of the match");
        }
        if (by_condition && !match) {
            if (stated) {
                planned.id = *stated;
            } else {
                make_id(planned);
            }
        }
        return {};
    }

    void make_id(Planned& planned) {
        planned.id = crypto::random_uuid(context_.random);
        planned.id_is_new = true;
    }

    // Of a conditional create, the match of its search.
    Result<std::optional<store::Current>> current(IntentFacts const& facts,
                                                  Planned const& planned) {
        auto const interaction =
            planned.act == Act::none && facts.interaction == Interaction::create
                ? Interaction::search_type
                : facts.interaction;
        return context_.records.current(interaction, facts.type, planned.id);
    }

    Result<void> check(IntentFacts const& facts, Planned& planned) {
        SALUS_TRY_VOID(check_bound(permit_, planned.current));
        SALUS_TRY_VOID(check_preconditions(facts, planned.current));
        bool const live = planned.current && planned.current->state == store::VersionState::live;
        // What takes the id may be out of reach: whether something does is not told.
        if (planned.act == Act::update && !planned.current && !planned.id_is_new &&
            context_.records.hides_some(facts.interaction, facts.type)) {
            return fail(Errc::not_found, "no such resource");
        }
        bool const new_by_condition = facts.condition && planned.guard.has_value();
        if (planned.act == Act::update && new_by_condition && live) {
            return fail(Errc::conflict,
                        "the resource's id is taken by one that the condition does not match");
        }
        if (planned.act == Act::erase && !planned.current) {
            return fail(Errc::not_found, "no such resource");
        }
        if (planned.act == Act::erase && !live) planned.act = Act::none;
        if (planned.act == Act::patch && !planned.current) {
            return fail(Errc::not_found, "no such resource");
        }
        if (planned.act == Act::patch && !live) return fail(Errc::gone, "the resource was deleted");
        if (planned.act == Act::erase || planned.act == Act::none) planned.guard.reset();
        return {};
    }

    // No two entries are about one resource, or create for one condition.
    Result<void> claim(IntentFacts const& facts, Planned& planned) {
        if (planned.id.empty()) return {};
        auto const name = facts.type + "/" + planned.id;
        bool const guarded =
            planned.guard &&
            !conditions_.insert(std::string(RequestReader::id(facts.criterion))).second;
        if (!targets_.insert(name).second || guarded) {
            return fail(Errc::invalid,
                        "two entries of the transaction are about the same resource");
        }
        if (planned.act == Act::erase) deleted_.push_back(name);
        if (planned.act != Act::erase) name_entry(facts, name);
        return {};
    }

    // A fullUrl [base]/Type/id is also named Type/id by entries of the same base (bundle.html
    // #references); where bundles mix bases, a relative reference names what this server holds.
    void name_entry(IntentFacts const& facts, std::string const& name) {
        std::string_view const url = facts.full_url;
        if (!url.empty()) plan_.references.emplace(facts.full_url, name);
        auto const slash = url.rfind("/" + facts.type + "/");
        bool const absolute = slash != std::string_view::npos && url.starts_with("http");
        if (absolute && base_.empty()) base_ = url.substr(0, slash);
        if (!absolute || base_ != url.substr(0, slash)) mixed_bases_ = true;
        if (!absolute) return;
        relative_.emplace(url.substr(slash + 1), name);
    }

    // What a read needs must be there, or be written by the transaction itself.
    Result<void> read(IntentFacts const& facts, Planned& planned) {
        planned.act = Act::read;
        if (facts.interaction == Interaction::search_type) {
            SALUS_TRY_VOID(live_matches(context_, facts, 0));
            return {};
        }
        if (targets_.contains(facts.type + "/" + planned.id)) return {};
        SALUS_TRY(auto const current,
                  context_.records.current(facts.interaction, facts.type, planned.id));
        if (!current) return fail(Errc::not_found, "no such resource");
        bool const versions = facts.interaction == Interaction::vread ||
                              facts.interaction == Interaction::history_instance;
        if (!versions && current->state == store::VersionState::deleted) {
            return fail(Errc::gone, "the resource was deleted");
        }
        return {};
    }

    Result<void> resolve_references() {
        for (auto const& entry : permit_.entries()) {
            auto const& facts = entry.facts();
            if (facts.reference.empty()) continue;
            SALUS_TRY(auto matches,
                      live_matches(context_, facts, limits::kConditionMatches + deleted_.size()));
            std::erase_if(matches, [&](std::string const& id) {
                return std::ranges::find(deleted_, facts.type + "/" + id) != deleted_.end();
            });
            if (matches.size() != 1) {
                return fail(Errc::precondition_failed,
                            "a conditional reference does not match exactly one resource");
            }
            plan_.references.emplace(RequestReader::id(facts.reference),
                                     facts.type + "/" + matches.front());
        }
        return {};
    }

    Context const& context_;
    request::Permit const& permit_;
    Plan plan_;
    std::unordered_set<std::string> targets_;
    std::unordered_set<std::string> conditions_;
    std::vector<std::string> deleted_;
    fhir::ReferenceMap relative_;
    std::string base_;
    bool mixed_bases_ = false;
};

}  // namespace

Result<Plan> plan_transaction(Context const& context, request::Permit const& permit) {
    return Planner(context, permit).run();
}

}  // namespace salus::operations
