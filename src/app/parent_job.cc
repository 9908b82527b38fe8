#include "app/parent_job.h"

#include "app/signing_leaf.h"
#include "foundation/limits.h"

namespace salus::app {
namespace {

// A leaf or two in a minute, so that a segment lasts for days.
constexpr std::size_t kSegmentBytes = 8 * limits::kMiB;

// The last part of an origin; of one that is not ours, nothing.
TenantName tenant_of(std::string const& origin) {
    auto const directory = transparency::directory_beside(
        "audit/_", audit::kParentLogName, std::string_view(origin).substr(origin.rfind('/') + 1));
    return directory ? TenantName(directory->filename().string()) : TenantName();
}

}  // namespace

TenantName parent_log_name() {
    return TenantName(std::string(audit::kParentLogName));
}

std::unique_ptr<ParentJob> ParentJob::open(Instance& instance,
                                           transparency::CheckpointSigner& signer,
                                           crypto::VerifyingKey const& key, std::string& why) {
    auto const& configuration = instance.configuration();
    auto const name = parent_log_name();
    auto const origin = audit_origin(configuration.realm, name);
    auto const directory = Layout{configuration.directory}.audit(name);
    auto verifier = transparency::NoteVerifier::make(origin, key);
    auto opened = verifier ? audit::Log::open({.directory = directory,
                                               .origin = origin,
                                               .segment_bytes = kSegmentBytes,
                                               .must_exist = false},
                                              instance.clock(), instance.log())
                           : Result<audit::Log::Opened>(std::unexpected(verifier.error()));
    if (!opened) {
        why = "the parent log audit/" + name.text() +
              " cannot be opened: " + std::string(opened.error().why.text());
        return nullptr;
    }
    auto parent = std::make_shared<transparency::ParentLog>(
        transparency::ParentLog::Options{
            .directory = directory, .origin = origin, .patience = configuration.audit.patience},
        std::move(opened->log), signer, *std::move(verifier), instance.clock());
    return std::unique_ptr<ParentJob>(new ParentJob(instance, std::move(parent)));
}

void ParentJob::add(TenantName const& tenant, transparency::SignedLog& log,
                    std::shared_ptr<transparency::Publisher const> publisher) {
    auto const& configuration = instance_.configuration();
    auto const* const state = parent_->add(audit_origin(configuration.realm, tenant),
                                           Layout{configuration.directory}.audit(tenant),
                                           log.unguarded(), std::move(publisher));
    log.watch(std::shared_ptr<transparency::ParentState const>(parent_, state));
}

bool ParentJob::round(bool at_once) {
    auto const done = parent_->round(at_once);
    for (auto const& finding : parent_->take_findings()) tell(finding);
    if (done) return true;
    instance_.log().write(LogLevel::warning, "audit.parent_failed", field("why", done.error().why));
    return done.error().code == Errc::corrupt;
}

// In the operational log, in the parent, and in the log itself, which takes nothing else any more.
void ParentJob::tell(transparency::ParentFinding const& finding) {
    auto const tenant = tenant_of(finding.origin);
    instance_.log().write(LogLevel::error, "audit.parent_finding", field("tenant", tenant),
                          field("why", finding.why), field("stated", finding.size),
                          field("found", finding.found), field("parent_leaf", finding.leaf));
    constexpr Literal kSays = "not what the parent log says";
    record_signing_state(parent_->log().unguarded(), tenant, kSays, audit::Outcome::error,
                         finding.size);
    for (auto const& [name, log] : instance_.signed_logs()) {
        if (name != tenant) continue;
        record_signing_state(log->unguarded(), tenant, kSays, audit::Outcome::error, finding.size);
    }
}

}  // namespace salus::app
