#include "access_context/access_context.h"

#include <array>
#include <span>

#include "foundation/check.h"

namespace salus::access_context {
namespace {

constexpr std::size_t kPatientsAtOnce = 32;  // under one lock, without memory of their own

}  // namespace

Loaded<std::unique_ptr<AccessContext>> AccessContext::make(Settings settings, FingerprintKey key) {
    auto sources = Sources::load(settings);
    if (!sources) return std::unexpected(sources.error());
    return std::unique_ptr<AccessContext>(new AccessContext(
        std::move(settings), key, std::make_shared<Sources const>(*std::move(sources))));
}

AccessContext::Pointer AccessContext::sources() const {
    MutexLock const lock(mutex_);
    return sources_;
}

CallerFingerprint AccessContext::fingerprint_of(request::CallerFacts const& caller) const {
    return key_.of(caller.tenant.text(), caller.client.text(),
                   caller.person ? std::string_view(caller.person->id.text()) : std::string_view());
}

request::AccessFacts AccessContext::observe(request::Exchange const& exchange,
                                            request::DevicePosture const& device) {
    SALUS_CHECK(exchange.tenant != nullptr);
    auto const sources = this->sources();
    request::AccessFacts facts{.network = sources->network(exchange.request.peer.address),
                               .local = sources->local(exchange.tenant->name, exchange.started),
                               .device = device,
                               .recent = {}};
    auto const& caller = exchange.facts.caller;
    if (caller && !caller->anonymous())
        facts.recent = recent_.begin(fingerprint_of(caller->facts()), exchange.request.received);
    return facts;
}

void AccessContext::answered(request::Exchange const& exchange, bool refused) {
    auto const& caller = exchange.facts.caller;
    if (!caller || caller->anonymous()) return;
    auto const fingerprint = fingerprint_of(caller->facts());
    auto const now = exchange.request.received;
    if (refused) return recent_.refused(fingerprint, now);
    std::array<CompartmentId, kPatientsAtOnce> patients;
    std::size_t count = 0;
    for (auto const* const touched : {&exchange.facts.touched, &exchange.facts.consulted}) {
        for (auto const& each : *touched) {
            // Documents of one patient stand together: most repetitions end here.
            bool const again = count > 0 && patients[count - 1] == each.compartment;
            if (!each.patient_compartment || again) continue;
            patients[count++] = each.compartment;
            if (count < patients.size()) continue;
            recent_.answered(fingerprint, now, patients);
            count = 0;
        }
    }
    if (count > 0) recent_.answered(fingerprint, now, std::span(patients).first(count));
}

Loaded<void> AccessContext::reload(Log const& log) {
    auto loaded = Sources::load(settings_);
    reload_failed_.store(!loaded);
    if (!loaded) {
        auto const& fault = loaded.error();
        log.write(LogLevel::error, "access_context.reload_failed", field("key", fault.key),
                  field("line", fault.line), field("why", fault.why));
        return std::unexpected(fault);
    }
    auto sources = std::make_shared<Sources const>(*std::move(loaded));
    auto const counts = sources->counts();
    {
        MutexLock const lock(mutex_);
        sources_.swap(sources);  // the old ones go when the last request has done with them
    }
    log.write(LogLevel::info, "access_context.reloaded", field("internal", counts.internal),
              field("allowed", counts.allowed), field("denied", counts.denied),
              field("reputations", counts.reputations));
    return {};
}

State AccessContext::state() const {
    auto const sources = this->sources();
    return {.ranges = sources->counts(),
            .geography_built = sources->geography_built(),
            .callers = recent_.callers(),
            .callers_forgotten = recent_.forgotten(),
            .reload_failed = reload_failed_.load()};
}

}  // namespace salus::access_context
