# Begin, wait until every projector knows of the generation, fill its segments, complete it.
# Started with what `beginRebuild` takes: {"projection":"case"}, and where they are to be said,
# "generation" and "segments".

locals {
  rebuild = {
    Comment        = "Fills a generation of a projection from the whole event table."
    StartAt        = "SayTask"
    TimeoutSeconds = var.timeout_hours * 3600
    States = {
      SayTask = {
        Type       = "Pass"
        Result     = "beginRebuild"
        ResultPath = "$.task"
        Next       = "Begin"
      }
      Begin = {
        Type           = "Task"
        Resource       = local.invoke
        Parameters     = { FunctionName = var.worker_arn, "Payload.$" = "$" }
        OutputPath     = "$.Payload"
        TimeoutSeconds = var.step_timeout_seconds
        Retry          = local.retry
        Next           = "IsComplete"
      }
      IsComplete = {
        Type    = "Choice"
        Choices = [{ Variable = "$.complete", BooleanEquals = true, Next = "NothingToDo" }]
        Default = "UntilProjectorsKnow"
      }
      NothingToDo = { Type = "Succeed" }
      UntilProjectorsKnow = {
        Type        = "Wait"
        SecondsPath = "$.waitSeconds"
        Next        = "FillSegments"
      }
      FillSegments = {
        Type           = "Map"
        Label          = "Segments"
        ItemsPath      = "$.items"
        MaxConcurrency = var.max_concurrency
        ItemProcessor = {
          ProcessorConfig = { Mode = "DISTRIBUTED", ExecutionType = "STANDARD" }
          StartAt         = "FillSegment"
          States = {
            # The worker stops by itself before it is ended, and is called again.
            FillSegment = {
              Type     = "Task"
              Resource = local.invoke
              Parameters = {
                FunctionName = var.worker_arn
                Payload = {
                  task           = "rebuildSegment"
                  "projection.$" = "$.projection"
                  "generation.$" = "$.generation"
                  "segment.$"    = "$.segment"
                }
              }
              ResultSelector = { "ended.$" = "$.Payload.ended" }
              ResultPath     = "$.last"
              TimeoutSeconds = var.step_timeout_seconds
              Retry          = local.retry
              Next           = "IsEnded"
            }
            IsEnded = {
              Type    = "Choice"
              Choices = [{ Variable = "$.last.ended", BooleanEquals = true, Next = "SegmentEnded" }]
              Default = "Pause"
            }
            # It may be that another has it in hand.
            Pause = {
              Type    = "Wait"
              Seconds = 5
              Next    = "FillSegment"
            }
            SegmentEnded = { Type = "Succeed" }
          }
        }
        ResultPath = null
        Next       = "Complete"
      }
      Complete = {
        Type     = "Task"
        Resource = local.invoke
        Parameters = {
          FunctionName = var.worker_arn
          Payload = {
            task           = "completeRebuild"
            "projection.$" = "$.projection"
            "generation.$" = "$.generation"
          }
        }
        OutputPath     = "$.Payload"
        TimeoutSeconds = var.step_timeout_seconds
        Retry          = local.retry
        End            = true
      }
    }
  }
}
