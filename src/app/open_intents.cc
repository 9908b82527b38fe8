#include "app/open_intents.h"

#include "audit/leaf.h"
#include "audit/named_versions.h"
#include "crypto/hash.h"
#include "foundation/blocking.h"
#include "json/document.h"

namespace salus::app {
namespace {

enum class Happened { yes, no };

constexpr Literal kUnreadable = "an intent in the audit log cannot be read";

Result<Happened> happened(store::Reader& reader, audit::NamedVersion const& named) {
    if (!named.stored) return fail(Errc::corrupt, kUnreadable);
    SALUS_TRY(auto const stored, reader.get_version(named.address, named.version));
    if (!stored) return Happened::no;
    // Another write took this version: ours lost and never happened.
    return crypto::sha256(stored->document.bytes()) == *named.stored ? Happened::yes : Happened::no;
}

Result<Happened> happened(store::Reader& reader, audit::OpenIntent const& intent) {
    json::Parser parser;
    SALUS_TRY(auto const leaf, parser.index(intent.leaf));
    auto const what = leaf.root().member("what");
    if (!what) return fail(Errc::corrupt, kUnreadable);
    SALUS_TRY(auto const versions, audit::named_versions(*what));
    if (versions.empty()) return fail(Errc::corrupt, kUnreadable);
    std::size_t done = 0;
    for (auto const& version : versions) {
        SALUS_TRY(auto const one, happened(reader, version));
        done += one == Happened::yes ? 1 : 0;
    }
    if (done != 0 && done != versions.size()) {
        return fail(Errc::corrupt, "a write that the audit log names is only partly in the store");
    }
    return done != 0 ? Happened::yes : Happened::no;
}

}  // namespace

Result<void> settle_open_intents(request::Tenant const& tenant,
                                 std::vector<audit::OpenIntent> const& intents) {
    if (intents.empty()) return {};
    SALUS_TRY(auto const reader, tenant.store.open_reader());
    std::vector<audit::Record> records;
    for (auto const& intent : intents) {
        SALUS_TRY(auto const fact, happened(*reader, intent));
        bool const done = fact == Happened::yes;
        audit::LeafBuilder leaf(audit::Event::intent_closed,
                                done ? audit::Outcome::ok : audit::Outcome::error);
        leaf.tenant(tenant.name).outcome_of(intent.index);
        leaf.reason(done ? Literal("the store has the write") : Literal("the store has it not"));
        SALUS_TRY(auto record, std::move(leaf).build());
        records.push_back(std::move(record));
    }
    BlockingExecutor executor;
    SALUS_TRY_VOID(executor.run(tenant.audit_log.append(std::move(records), executor)));
    return {};
}

}  // namespace salus::app
