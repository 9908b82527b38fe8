// One tenant's audit log as its readers see it: the leaves so far, what of them is signed, and
// where a patient is named. Borrows the log. Thread safety: calls from any thread that may block.
#pragma once

#include <memory>
#include <string>

#include "audit/follower.h"
#include "audit_views/event_view.h"
#include "audit_views/leaf_reader.h"
#include "audit_views/patient_index.h"
#include "transparency/signed_log.h"

namespace salus::audit_views {

class AuditTrail {
public:
    // `directory` is the log's; `index_key` is of the patient index.
    AuditTrail(std::filesystem::path directory, transparency::SignedLog const& log,
               ViewSource source, SecretBytes index_key)
        : directory_(std::move(directory)),
          log_(log),
          source_(std::move(source)),
          patients_(directory_ / "patients", std::move(index_key)) {}

    [[nodiscard]] ViewSource const& source() const noexcept { return source_; }

    // A moment of the log: what is durable and what is signed now.
    struct Moment {
        LeafReader reader;
        std::string checkpoint;  // the note; empty: nothing is signed
    };
    [[nodiscard]] Moment now() const;
    // Leaves that are durable.
    [[nodiscard]] std::uint64_t size() const { return log_.status().size; }
    // Leaves from this one on, as they become durable, each verified against the one before.
    [[nodiscard]] Result<audit::Follower> follow(std::uint64_t index) const {
        return audit::Follower::open(directory_, index);
    }
    [[nodiscard]] Result<std::vector<std::uint64_t>> events_of(CompartmentId const& patient,
                                                               LeafReader& reader) {
        return patients_.events_of(patient, reader);
    }
    // An event whole: an outcome with what its intent said.
    [[nodiscard]] static Result<RecordedLeaf> event_at(LeafReader& reader, std::uint64_t index,
                                                       json::Parser& parser);
    // C2SP tlog-proof with the leaf in it; empty: it is not signed yet.
    [[nodiscard]] static Result<std::string> proof_of(Moment& moment, std::uint64_t index);
    // Leaves with their sealed details, from the segments. In order.
    [[nodiscard]] Result<void> with_details(
        audit::LeafRange range,
        std::function<Result<void>(audit::LeafView const&)> const& receive) const;
    // Background work; see PatientIndex.
    [[nodiscard]] Result<void> catch_up();

private:
    std::filesystem::path const directory_;
    transparency::SignedLog const& log_;
    ViewSource const source_;
    PatientIndex patients_;
};

}  // namespace salus::audit_views
