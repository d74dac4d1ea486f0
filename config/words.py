"""The API's lists of words: one name per list, whichever field shows it."""

WORD_LISTS = {
    "GridTier": "grids.models.kinds.Tier",
    "GridKind": "grids.models.kinds.GridKind",
    "PostRole": "grids.models.kinds.Role",
    "TaskState": "tasks.workflow.State",
    "TaskKind": "tasks.models.kinds.Kind",
    "TaskSource": "tasks.models.kinds.Source",
    "TaskCategory": "tasks.models.kinds.Category",
    "TaskCategoryCode": "tasks.models.kinds.Category.values",  # inputs name the codes only
    "StationControl": "stations.models.stations.Station.Control",
    "StationPostRole": "stations.models.stations.StationPost.Role",
    "AlarmKind": "stations.models.alarms.Alarm.Kind",
    "AlarmVerdict": "stations.models.alarms.Alarm.Verdict",
    "RankingKind": "stations.models.rankings.Ranking.Kind",
    "InspectionMode": "inspections.models.kinds.Mode",
    "InspectionModeCode": "inspections.models.kinds.Mode.values",
    "AnswerVerdict": "inspections.models.visit.Answer.Verdict",
    "AnswerVerdictCode": ["PASS", "FAIL", "NA"],
    "SourceStatus": "inspections.models.source.PollutionSource.Status",
    "NoticeKind": "notices.models.papers.Notice.Kind",
    "NoticeState": "notices.models.papers.Notice.State",
    "SummonsState": "notices.models.summonses.Summons.State",
}
