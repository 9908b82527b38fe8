#include "reconciliation/comparison.h"

#include <algorithm>

namespace salus::reconciliation {
namespace {

// Enough to tell older bytes from foreign ones: of a document with more versions, or a version
// that was sealed anew more often, they count as changed.
constexpr std::size_t kFormerKept = 256;

bool has_patient(Sighting const& leaf) {
    return leaf.compartment != CompartmentId();
}

}  // namespace

Literal name_of(Kind kind) noexcept {
    switch (kind) {
        case Kind::inserted: return "inserted";
        case Kind::changed: return "changed";
        case Kind::put_back: return "put back";
        case Kind::moved: return "moved";
        case Kind::missing: return "missing";
        case Kind::rolled_back: return "rolled back";
        case Kind::deleted: return "deleted";
        case Kind::returned: return "returned";
    }
    return {};
}

void Comparison::add(Sighting const& sighting) {
    bool const same_document = place_ && place_->address == sighting.address;
    bool const same_version = same_document && place_->version == sighting.version;
    if (!same_version) {
        end_version();
        if (!same_document) end_document();
        place_ = sighting;
    }
    switch (sighting.seen) {
        case Seen::row: row_ = sighting; break;
        case Seen::attempted: attempts_.push_back(sighting); break;
        case Seen::written:
            if (last_ && former_.size() < kFormerKept) former_.push_back(last_->digest);
            last_ = sighting;
            break;
    }
}

void Comparison::end() {
    end_version();
    end_document();
}

void Comparison::end_version() {
    if (!place_) return;
    if (row_) {
        compare(*row_);
    } else if (last_) {
        expect_row();
    }
    if (last_) earlier_.push_back(last_->digest);
    if (earlier_.size() > kFormerKept) earlier_.pop_front();
    last_.reset();
    row_.reset();
    attempts_.clear();
    former_.clear();
}

bool Comparison::may_stand(crypto::Sha256Digest const& digest) const {
    return (last_ && last_->digest == digest) ||
           std::ranges::any_of(attempts_, [&](auto const& each) { return each.digest == digest; });
}

bool Comparison::stood_before(crypto::Sha256Digest const& digest) const {
    return std::ranges::find(former_, digest) != former_.end() ||
           std::ranges::find(earlier_, digest) != earlier_.end();
}

void Comparison::compare(Sighting const& row) {
    // What was not there before it is missing, whatever else is wrong with this row.
    for (auto const& absent : absent_) found(Kind::missing, absent, &absent);
    report_.findings += absent_count_ - absent_.size();
    absent_.clear();
    absent_count_ = 0;
    stands_ = true;
    auto const* const leaf = last_ ? &*last_ : attempts_.empty() ? nullptr : &attempts_.back();
    if (leaf == nullptr) return found(Kind::inserted, row, nullptr);
    if (written_.erasure_of(row.compartment) == WrittenVersions::Erasure::done) {
        return found(Kind::returned, row, leaf);
    }
    if (!may_stand(row.digest)) {
        return found(stood_before(row.digest) ? Kind::put_back : Kind::changed, row, leaf);
    }
    if (has_patient(*leaf) && leaf->compartment != row.compartment) {
        found(Kind::moved, row, leaf);
    }
}

void Comparison::expect_row() {
    bool const erased = has_patient(*last_) &&
                        written_.erasure_of(last_->compartment) != WrittenVersions::Erasure::none;
    if (erased || written_.is_short_lived(last_->type)) return;
    ++absent_count_;
    if (absent_.size() < kFindingsKept) absent_.push_back(*last_);
}

void Comparison::end_document() {
    for (auto const& absent : absent_) {
        found(stands_ ? Kind::rolled_back : Kind::deleted, absent, &absent);
    }
    report_.findings += absent_count_ - absent_.size();
    absent_.clear();
    absent_count_ = 0;
    earlier_.clear();
    stands_ = false;
    place_.reset();
}

void Comparison::found(Kind kind, Sighting const& place, Sighting const* leaf) {
    ++report_.findings;
    if (report_.kept.size() >= kFindingsKept) return;
    Finding finding{.kind = kind, .address = place.address, .version = place.version};
    if (leaf != nullptr) {
        finding.leaf = leaf->leaf;
        finding.log = leaf->log;
        finding.type = written_.type_name(leaf->type);
    }
    report_.kept.push_back(std::move(finding));
}

}  // namespace salus::reconciliation
