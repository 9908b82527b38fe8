// Users as questions about the policy name them: what they are in the records goes with them.
#include "pipeline/stored_subjects.h"

#include "identity/user.h"
#include "records/tenant_for_test.h"

namespace salus::pipeline {
namespace {

using testing::must;

class StoredSubjectsTest : public ::testing::Test {
protected:
    void write(identity::User user) {
        identity::Documents documents(home_.records(), parser_, instance_.clock);
        std::string const id = user.id.text();
        request::Prepared prepared;
        ASSERT_TRUE(documents
                        .write(
                            identity::Stored<identity::User>{
                                .value = std::move(user), .id = id, .version = 0},
                            std::nullopt, prepared)
                        .has_value());
        auto batch = *std::move(prepared.batch);
        ASSERT_TRUE(
            instance_.home.run(home_.tenant().store.commit(std::move(batch), instance_.home))
                .has_value());
    }
    admin::Subject read(std::string const& id) {
        StoredSubjects subjects(home_.tenant().name, home_.records(), parser_, instance_.clock);
        auto found = must(subjects.user(id));
        EXPECT_TRUE(found.has_value());
        return found.value_or(admin::Subject{});
    }

    testing::TestInstance instance_;
    testing::TestRecords home_{instance_};
    json::Parser parser_;
};

identity::User user(std::string id) {
    identity::User made;
    made.id = UserId(std::move(id));
    made.user_name = "name";
    made.purposes = {request::PurposeOfUse::treatment};
    return made;
}

TEST_F(StoredSubjectsTest, APatientComesWithTheirCompartment) {
    auto patient = user("11111111111111111111111111111111");
    patient.patient = "p1";
    write(std::move(patient));
    auto const subject = read("11111111111111111111111111111111");
    EXPECT_TRUE(subject.is_patient);
    EXPECT_EQ(subject.caller.patient_compartment, home_.addressing().patient_compartment("p1"));
    EXPECT_TRUE(subject.caller.person->practitioner.empty());
}

TEST_F(StoredSubjectsTest, APractitionerComesWithTheirResource) {
    auto nurse = user("22222222222222222222222222222222");
    nurse.fhir_user = "Practitioner/n1";
    write(std::move(nurse));
    auto const subject = read("22222222222222222222222222222222");
    EXPECT_FALSE(subject.is_patient);
    EXPECT_FALSE(subject.caller.patient_compartment);
    EXPECT_EQ(subject.caller.person->practitioner, "Practitioner/n1");
    auto other = user("33333333333333333333333333333333");
    other.fhir_user = "RelatedPerson/r1";
    write(std::move(other));
    EXPECT_TRUE(read("33333333333333333333333333333333").caller.person->practitioner.empty());
}

}  // namespace
}  // namespace salus::pipeline
