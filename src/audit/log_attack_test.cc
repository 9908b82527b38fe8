// Attacks on the files of a log that is not running: by accident (a flipped byte) or by somebody
// who knows the format and fixes the checksums.
#include <algorithm>

#include "audit/log_fixture.h"

namespace salus::audit {
namespace {

class LogAttackTest : public LogTest {
protected:
    // Two segments with leaves and a spare one.
    void make_log() {
        segment_bytes_ = 16 * 1024;
        ASSERT_TRUE(open());
        std::int64_t n = 0;
        while (log_->status().segments < 2) ASSERT_TRUE(append(test_record(n++, 200)));
        append_many(3, 100);
        await_segment(3);
        log_.reset();
        ASSERT_EQ(finding(), "");
        auto const end = recover_only();
        ASSERT_TRUE(end);
        end_ = *end;
        ASSERT_EQ(end_.files, 3U);
    }

    std::vector<Batch> batches(Bytes const& bytes, std::uint64_t number) const {
        std::vector<Batch> all;
        Place at{number, kSegmentHeaderBytes};
        while (auto const batch = read_batch(bytes, at)) {
            all.push_back(*batch);
            at.offset = batch->end;
        }
        return all;
    }

    // Writes frames anew at a place, so that every checksum is right.
    static void move_batch(Bytes& segment, Batch const& batch, Bytes const& from, Place to) {
        Bytes out;
        auto offset = batch.place.offset;
        while (offset < batch.commit_offset + kCommitFrameBytes) {
            auto const frame =
                read_frame(BytesView(from).subspan(offset), {batch.place.segment, offset});
            ASSERT_TRUE(frame);
            append_frame(out, {to.segment, to.offset + out.size()}, frame->type, frame->index,
                         frame->payload);
            offset += frame->bytes;
        }
        std::ranges::copy(out, segment.begin() + static_cast<std::ptrdiff_t>(to.offset));
    }

    LogEnd end_;
};

TEST_F(LogAttackTest, TheVerifierSeesEveryFlippedByteAndNamesTheFile) {
    make_log();
    std::uint64_t missed = 0;
    for (std::uint64_t number = 1; number <= 3; ++number) {
        auto const original = contents_of(segment(number));
        std::fstream file(segment(number), std::ios::in | std::ios::out | std::ios::binary);
        auto const used = number == 1 ? original.size() : number == 2 ? end_.offset : 0;
        for (std::size_t offset = 0; offset < original.size();
             // Where there are only zeros, a sample is enough.
             offset += offset < used ? 1 : 61) {
            auto const flip = static_cast<std::uint8_t>(1U << (offset % 8));
            file.seekp(static_cast<std::streamoff>(offset));
            file.put(static_cast<char>(original[offset] ^ flip)).flush();
            auto const report = verify_log(directory_);
            bool const seen = report && report->finding &&
                              report->finding->file == segment_name(number) &&
                              report->finding->offset <= offset;
            if (!seen) ++missed;
            file.seekp(static_cast<std::streamoff>(offset));
            file.put(static_cast<char>(original[offset])).flush();
        }
    }
    EXPECT_EQ(missed, 0U);
    EXPECT_EQ(finding(), "");
}

TEST_F(LogAttackTest, AStartSeesEveryFlippedByteOfCommittedDataInTheLastSegment) {
    make_log();
    auto const original = contents_of(segment(2));
    std::uint64_t missed = 0;
    for (std::size_t offset = 0; offset < end_.offset; ++offset) {
        for (auto const flip : {1 << (offset % 8)}) {
            auto changed = original;
            changed[offset] = static_cast<std::uint8_t>(changed[offset] ^ flip);
            overwrite(segment(2), changed);
            auto const result = recover_only();
            if (result || result.error().code != Errc::corrupt) ++missed;
        }
    }
    EXPECT_EQ(missed, 0U);
    // Behind the last commit there is nothing to lose: it is cut.
    auto changed = original;
    changed[end_.offset + 700] = 1;
    overwrite(segment(2), changed);
    EXPECT_EQ(finding(), "a batch that was never finished");
    ASSERT_TRUE(recover_only());
    EXPECT_EQ(finding(), "");
}

TEST_F(LogAttackTest, AShorterFileIsNeverATornTail) {
    make_log();
    for (std::uint64_t number = 1; number <= 3; ++number) {
        auto const original = contents_of(segment(number));
        for (std::size_t size = 0; size < original.size(); size += number == 2 ? 7 : 331) {
            std::filesystem::resize_file(segment(number), size);
            EXPECT_EQ(recover_only().error().code, Errc::corrupt) << number << " " << size;
            EXPECT_NE(finding(), "");
            overwrite(segment(number), original);
        }
    }
}

TEST_F(LogAttackTest, ALastBatchOfWhichOnlyAPrefixArrivedIsCutOrRefusedAndNeverAccepted) {
    make_log();
    auto const original = contents_of(segment(2));
    auto const last = batches(original, 2).back();
    auto const size = end_.chain.range.size();
    auto const batch_end = last.commit_offset + kCommitFrameBytes;
    std::uint64_t refused = 0;
    for (auto cut = last.place.offset; cut < batch_end; ++cut) {
        auto changed = original;
        std::fill(changed.begin() + static_cast<std::ptrdiff_t>(cut), changed.end(),
                  std::uint8_t{0});
        overwrite(segment(2), changed);
        auto const result = recover_only();
        if (result) {
            EXPECT_EQ(result->chain.range.size(), size - 1);
            EXPECT_EQ(result->cut_bytes > 0, cut > last.place.offset + 3) << cut;
        } else {
            ++refused;
            EXPECT_GT(cut, batch_end - 8);  // within a sector: a disk does not tear there
        }
    }
    EXPECT_LT(refused, 8U);
}

TEST_F(LogAttackTest, AnInvalidFrameBeforeAValidCommitIsCorruption) {
    make_log();
    auto changed = contents_of(segment(2));
    auto const all = batches(changed, 2);
    ASSERT_GE(all.size(), 3U);
    // Even when it looks like a sector that was never written.
    auto const at = static_cast<std::ptrdiff_t>(all[all.size() - 2].place.offset);
    std::fill_n(changed.begin() + at, kSectorBytes, std::uint8_t{0});
    overwrite(segment(2), changed);
    EXPECT_EQ(recover_only().error().code, Errc::corrupt);
    EXPECT_NE(finding(), "");
}

TEST_F(LogAttackTest, DroppedDuplicatedAndReorderedBatchesAreSeenThoughTheirChecksumsAreRight) {
    make_log();
    auto const original = contents_of(segment(2));
    auto const all = batches(original, 2);
    auto const n = all.size();
    ASSERT_GE(n, 3U);
    auto const expect_refused = [&](Bytes const& changed) {
        overwrite(segment(2), changed);
        EXPECT_EQ(recover_only().error().code, Errc::corrupt);
        EXPECT_NE(finding(), "");
        overwrite(segment(2), original);
    };
    auto reordered = original;
    move_batch(reordered, all[n - 1], original, all[n - 2].place);
    move_batch(reordered, all[n - 2], original, all[n - 1].place);
    expect_refused(reordered);
    auto duplicated = original;
    move_batch(duplicated, all[n - 1], original, {2, all[n - 1].end});
    expect_refused(duplicated);
    auto dropped = original;
    move_batch(dropped, all[n - 1], original, all[n - 2].place);
    std::fill(dropped.begin() + static_cast<std::ptrdiff_t>(all[n - 1].place.offset), dropped.end(),
              std::uint8_t{0});
    expect_refused(dropped);
    // Without new checksums a frame is not valid anywhere but in its place.
    auto copied = original;
    std::copy_n(original.begin() + static_cast<std::ptrdiff_t>(all[n - 2].place.offset), 512,
                copied.begin() + static_cast<std::ptrdiff_t>(all[n - 1].place.offset));
    expect_refused(copied);
}

TEST_F(LogAttackTest, ALeafRewrittenWithARightChecksumIsSeen) {
    make_log();
    auto changed = contents_of(segment(2));
    auto const all = batches(changed, 2);
    auto const leaf = all.back().leaves.at(0);
    std::string text(leaf.text);
    text.replace(text.find("client-1"), 8, "client-2");
    Bytes frame;
    append_frame(frame, leaf.place, FrameType::leaf, leaf.index, bytes_of(text));
    std::ranges::copy(frame, changed.begin() + static_cast<std::ptrdiff_t>(leaf.place.offset));
    overwrite(segment(2), changed);
    EXPECT_EQ(recover_only().error().code, Errc::corrupt);
    auto const report = verify_log(directory_);
    ASSERT_TRUE(report && report->finding);
    EXPECT_EQ(report->finding->why.text(), "a tree head that is not the tree's");
    EXPECT_EQ(report->finding->index, leaf.index);
}

TEST_F(LogAttackTest, AChangedDetailWithARightChecksumIsSeen) {
    make_log();
    auto changed = contents_of(segment(1));
    auto const batch = batches(changed, 1).at(2);
    auto const leaf = batch.leaves.at(0);
    ASSERT_TRUE(leaf.detail);
    Bytes detail(leaf.detail->begin(), leaf.detail->end());
    detail[90] ^= 1;
    Place const place{1, leaf.place.offset - frame_bytes(detail.size())};
    Bytes frame;
    append_frame(frame, place, FrameType::detail, leaf.index, detail);
    std::ranges::copy(frame, changed.begin() + static_cast<std::ptrdiff_t>(place.offset));
    overwrite(segment(1), changed);
    auto const report = verify_log(directory_);
    ASSERT_TRUE(report && report->finding);
    EXPECT_EQ(report->finding->why.text(), "a changed detail");
    EXPECT_EQ(report->finding->index, leaf.index);
}

TEST_F(LogAttackTest, SegmentsThatAreSwappedMissingDoubledOrStrangeAreSeen) {
    segment_bytes_ = 16 * 1024;
    ASSERT_TRUE(open());
    std::int64_t n = 0;
    while (log_->status().segments < 4) ASSERT_TRUE(append(test_record(n++, 200)));
    log_.reset();
    auto const two = contents_of(segment(2));
    auto const three = contents_of(segment(3));
    auto const expect_refused = [&] {
        EXPECT_EQ(recover_only().error().code, Errc::corrupt);
        EXPECT_NE(finding(), "");
        overwrite(segment(2), two);
        overwrite(segment(3), three);
        EXPECT_EQ(finding(), "");
    };
    overwrite(segment(2), three);
    overwrite(segment(3), two);
    expect_refused();
    overwrite(segment(3), two);
    expect_refused();
    std::filesystem::remove(segment(2));
    expect_refused();
    overwrite(segment(2), Bytes(two.size()));
    expect_refused();
    std::filesystem::rename(segment(5), segment(6));
    EXPECT_EQ(recover_only().error().code, Errc::corrupt);
    std::filesystem::rename(segment(6), segment(5));
    overwrite(directory_ / "copy.segment", two);
    EXPECT_EQ(recover_only().error().code, Errc::corrupt);
    EXPECT_NE(finding(), "");
}

}  // namespace
}  // namespace salus::audit
