#include "pipeline/pipeline.h"

#include <algorithm>
#include <utility>

#include "foundation/limits.h"
#include "operations/cors.h"
#include "operations/request_identification.h"
#include "records/commit.h"

namespace salus::pipeline {
namespace {

// Two writers of one document meet rarely; a request that loses this often gives up with 409.
constexpr int kWriteAttempts = 4;

// The answer when even a refusal cannot be recorded: 503, fixed text, nothing of the request.
http::Response unrecorded() {
    http::Response response;
    response.status = 503;
    response.headers.set("Content-Type", "application/fhir+json");
    response.headers.set("Retry-After", "5");
    response.body = EphiText(
        R"({"resourceType":"OperationOutcome","issue":[{"severity":"fatal","code":"transient",)"
        R"("diagnostics":"the audit log cannot be written, so nothing is answered"}]})");
    return response;
}

// What was written stays written, whatever becomes of its answer: its intents stay open, and the
// next start says that it happened.
template <class T>
Result<T> or_leave_open(request::Exchange& exchange, Result<T> result) {
    if (!result) exchange.facts.intent_leaves.clear();
    return result;
}

// Duties that came with records, before the rules of the decision.
void put_on_record(request::Duties duties, std::vector<PolicyRuleId>& rules) {
    if (duties.empty()) return;
    for (auto const duty : request::kDuties) {
        if (!duties.contains(duty)) continue;
        auto rule = request::rule_of(duty);
        if (std::ranges::find(rules, rule) == rules.end())
            rules.insert(rules.begin(), std::move(rule));
    }
}

}  // namespace

// The path of a request. Each step needs what the step before it made; removing one does not
// compile.
Task<Result<http::Response>> Pipeline::serve(request::Exchange& exchange) {
    // Who asks?                                                     45 CFR 164.312(d)
    SALUS_CO_TRY(exchange.facts.caller, safeguards(exchange).authentication.authenticate(
                                            exchange.request, exchange.challenge));

    co_return co_await proceed(exchange);
}

// The rest of the path; an entry of a batch begins here, with the caller of the batch.
Task<Result<http::Response>> Pipeline::proceed(request::Exchange& exchange) {
    // Where from, when, and after what else?
    if (house_.access_context != nullptr)
        exchange.access =
            house_.access_context->observe(exchange, exchange.facts.caller->facts().device);

    // What is asked, and may it be?                                 164.312(a)(1)
    SALUS_CO_TRY(auto const& permit, co_await decide(exchange));

    for (int attempt = 1;; ++attempt) {
        // The answer as it would be; nothing is visible yet.        164.502(b)
        SALUS_CO_TRY(auto work, co_await prepare(exchange, permit));

        // A write: on record first, then done.                      164.312(b), 164.312(c)(1)
        if (work.prepared.batch) {
            auto written = co_await write(exchange, work.prepared);
            bool const again = !written && written.error().code == Errc::conflict &&
                               !work.prepared.conflict && attempt < kWriteAttempts;
            if (again) continue;
            SALUS_CO_TRY_VOID(std::move(written));
        }

        // A bundle's entries that answer for themselves take this same path, one by one.
        if (!work.answer) {
            auto answered = co_await answer_entries(exchange, permit, work);
            SALUS_CO_TRY_VOID(or_leave_open(exchange, std::move(answered)));
        }

        // The record is durable before a byte of the answer leaves. 164.312(b)
        auto answer = *std::move(work.answer);
        auto recorded = co_await safeguards(exchange).gate.record(exchange, answer, home_);
        SALUS_CO_TRY(auto receipt, or_leave_open(exchange, std::move(recorded)));
        if (!work.prepared.batch && work.prepared.after_commit) work.prepared.after_commit();
        co_return disclose(std::move(answer), std::move(receipt));
    }
}

// Reads and small writes are served on the event loop; what is slow goes to a worker.
Task<Result<request::Permit>> Pipeline::decide(request::Exchange& exchange) {
    auto job = [&exchange](Desk& desk) { return decide_at(desk, exchange); };
    if (!operations::belongs_on_a_worker(exchange.request)) co_return job(*desk_);
    co_return co_await workers_.run(job, home_);
}

Task<Result<Pipeline::Work>> Pipeline::prepare(request::Exchange& exchange,
                                               request::Permit const& permit) {
    auto job = [&exchange, &permit](Desk& desk) { return prepare_at(desk, exchange, permit); };
    if (operations::belongs_on_a_worker(permit)) {
        auto work = co_await workers_.run(job, home_);
        if (!work || !work->wish) co_return work;
        // A person came from the outside provider: this request alone waits for what that says.
        auto wish = *std::exchange(work->wish, std::nullopt);
        if (!co_await house_.outside_provider->fulfil(std::move(wish), home_)) co_return work;
        co_return co_await workers_.run(job, home_);
    }
    auto work = job(*desk_);
    auto wanted = desk_->of(*exchange.tenant).take_wanted_keys();
    if (wanted.empty()) co_return work;
    // A client's keys stand elsewhere: this request alone waits for them, and is prepared again.
    if (!co_await house_.remote_keys.fetch(std::move(wanted), home_)) co_return work;
    co_return job(*desk_);
}

// Classify and decide.
Result<request::Permit> Pipeline::decide_at(Desk& desk, request::Exchange& exchange) {
    auto& room = desk.of(*exchange.tenant);
    SALUS_TRY(auto&& intent, room.classifier().classify(exchange));
    return room.permit(exchange, std::move(intent));
}

// Prepare and narrow: nothing here leaves the process or changes the store.
Result<Pipeline::Work> Pipeline::prepare_at(Desk& desk, request::Exchange& exchange,
                                            request::Permit const& permit) {
    auto& room = desk.of(*exchange.tenant);
    auto outcome = room.prepare(exchange, permit);
    // Whatever becomes of the request, the keys are there.
    room.note_new_keys(exchange.facts);
    auto wish = room.take_provider_wish();
    SALUS_TRY(auto prepared, std::move(outcome));
    exchange.facts.touched = prepared.touched;
    exchange.facts.consulted = prepared.consulted;
    put_on_record(prepared.duties, exchange.facts.rules);
    if (!exchange.entries.empty()) return Work{std::move(prepared), std::nullopt};
    SALUS_TRY(auto answer, room.narrowing().narrow(prepared, permit, exchange));
    return Work{std::move(prepared), std::move(answer), std::move(wish)};
}

// Of a batch all entries, of a transaction its reads: decided, recorded and refused by themselves.
Task<Result<void>> Pipeline::answer_entries(request::Exchange& exchange,
                                            request::Permit const& permit, Work& work) {
    auto* bundle = std::get_if<request::BundleContent>(&work.prepared.content);
    if (bundle == nullptr) co_return fail(Errc::internal, "entries without a bundle");
    std::size_t bytes = 0;
    for (auto& entry : exchange.entries) {
        auto& content = bundle->entries.at(entry.position);
        if (bytes > limits::kResponseBytes / 2) {
            entry.refusal = Error{Errc::too_large, "the bundle's answers are too large", {}};
        }
        bool const head = entry.request.method == http::Method::head;
        content.answered = co_await answer_entry(exchange, std::move(entry));
        if (head && content.answered->status < 400) content.answered->body = EphiText();
        bytes += content.answered->body.size();
    }
    co_return co_await narrow(exchange, permit, work);
}

Task<http::Response> Pipeline::answer_entry(request::Exchange const& whole,
                                            request::EntryRequest entry) {
    request::Exchange exchange;
    exchange.request = std::move(entry.request);
    exchange.request.peer = whole.request.peer;
    exchange.request.received = whole.request.received;
    exchange.id = whole.id;
    exchange.started = whole.started;
    exchange.tenant = whole.tenant;
    exchange.policy = whole.policy;
    exchange.is_entry = true;
    exchange.facts.caller = whole.facts.caller;
    exchange.challenge.dpop = whole.challenge.dpop;
    if (!entry.refusal) {
        auto response = co_await proceed(exchange);
        note_answer(exchange, !response);
        if (response) co_return *std::move(response);
        entry.refusal = std::move(response).error();
    }
    auto error = *std::move(entry.refusal);
    co_return co_await refuse(exchange, std::move(error));
}

Task<Result<void>> Pipeline::narrow(request::Exchange& exchange, request::Permit const& permit,
                                    Work& work) {
    auto job = [&](Desk& desk) -> Result<void> {
        auto& narrowing = desk.of(*exchange.tenant).narrowing();
        SALUS_TRY(work.answer, narrowing.narrow(work.prepared, permit, exchange));
        return {};
    };
    co_return co_await workers_.run(job, home_);
}

// Intent on record, then the store. A failure after the intent is closed by the refusal's leaf, or,
// if the process dies, by the next start-up, which looks at the store.
Task<Result<void>> Pipeline::write(request::Exchange& exchange, request::Prepared& prepared) {
    auto& gate = safeguards(exchange).gate;
    SALUS_CO_TRY(auto const intent, co_await gate.record_intent(exchange, home_));
    auto batch = *std::move(prepared.batch);
    auto committed = co_await records::commit(*exchange.tenant, std::move(batch), intent, home_);
    if (committed) {
        if (prepared.after_commit) prepared.after_commit();
        co_return Result<void>();
    }
    if (committed.error().code == Errc::conflict && !prepared.conflict) {
        SALUS_CO_TRY_VOID(co_await gate.record_conflict(exchange, home_));
        co_return fail(Errc::conflict, "the resource was changed by another request");
    }
    if (committed.error().code == Errc::conflict) co_return fail(*prepared.conflict);
    // The store failed in the middle: whether the write happened is known when it opens again. The
    // intent stays open until then, and the next start settles it.
    exchange.facts.intent_leaves.clear();
    co_return fail(committed.error());
}

// Refusals take the same road: recorded, then answered in the protocol's own form.
Task<http::Response> Pipeline::refuse(request::Exchange& exchange, Error error) {
    auto receipt = co_await safeguards(exchange).gate.record_refusal(exchange, error, home_);
    if (!receipt) co_return unrecorded();
    minimum_necessary::RefusedRequest const refused{
        .form = operations::error_form(exchange.request),
        .challenge = exchange.challenge,
        .issuer = exchange.tenant->issuer(),
        .allowed_methods = error.code == Errc::method_not_allowed
                               ? desk_->of(*exchange.tenant).classifier().allowed_methods(exchange)
                               : std::string(),
        .id = exchange.id};
    auto answer = minimum_necessary::Narrowing::refusal(error, refused);
    co_return disclose(std::move(answer), *std::move(receipt));
}

Task<http::Response> Pipeline::handle(http::Request request) {
    if (auto const probe = operations::probe_in(request)) {
        co_return operations::health(*probe, ability());
    }
    if (auto response = operations::preflight(request)) co_return *std::move(response);
    request::Exchange exchange;
    exchange.request = std::move(request);
    exchange.id = RequestId(crypto::random_id(random_));
    exchange.started = house_.clock.now();
    auto const& tenant = tenant_of(exchange.request);
    exchange.tenant = &tenant.tenant;
    exchange.policy = tenant.policy->current();
    auto response = co_await answer(exchange);
    response.headers.set("Salus-Policy-Version", std::to_string(exchange.policy.version));
    operations::allow_other_origins(exchange.request, response);
    operations::identify(exchange.request, response);
    co_return response;
}

Task<http::Response> Pipeline::answer(request::Exchange& exchange) {
    auto response = co_await serve(exchange);
    note_answer(exchange, !response);
    if (response) co_return *std::move(response);
    auto error = std::move(response).error();
    co_return co_await refuse(exchange, std::move(error));
}

void Pipeline::note_answer(request::Exchange const& exchange, bool refused) {
    if (house_.access_context != nullptr) house_.access_context->answered(exchange, refused);
}

operations::Ability Pipeline::ability() const {
    bool const alarm =
        std::ranges::any_of(house_.alarms, [](auto const* each) { return each->load(); });
    auto ability = alarm ? operations::Ability::serves_degraded : operations::Ability::serves;
    for (auto const& tenant : house_.tenants) {
        auto const status = tenant->tenant.audit_log.status();
        if (status.state != audit::State::open) return operations::Ability::refuses;
        if (status.unsigned_for_long) ability = operations::Ability::serves_degraded;
    }
    return ability;
}

TenantHouse const& Pipeline::tenant_of(http::Request const& request) const {
    auto const name = operations::tenant_in(request);
    for (auto const& tenant : house_.tenants) {
        // The default tenant has no path of its own: one address, one spelling.
        if (name && !tenant->tenant.path.empty() && tenant->tenant.name == *name) {
            return *tenant;
        }
    }
    // An unknown tenant's path is no route of the default tenant either: refused there, and
    // recorded.
    return *house_.tenants.front();
}

Pipeline::Safeguards& Pipeline::safeguards(request::Exchange const& exchange) {
    return safeguards_.at(exchange.tenant->name);
}

Pipeline::Pipeline(House const& house, Workers& workers, std::unique_ptr<Desk> desk, Executor& home)
    : house_(house), workers_(workers), desk_(std::move(desk)), home_(home), random_(house.random) {
    for (auto const& tenant : house.tenants) {
        safeguards_.try_emplace(
            tenant->tenant.name,
            Safeguards{.authentication = authentication::Authentication(
                           tenant->tenant, desk_->of(tenant->tenant).verified_tokens(),
                           house.token_guards, house.clock),
                       .gate = audit_controls::Gate(tenant->tenant, house.random)});
    }
}

}  // namespace salus::pipeline
